package dev.packhorse.store.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.http.Percent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(value = "serverIsInstalled", disabledReason = "rclone, which serves WebDAV for this test, is not installed")
class VfsDavStoreTest extends StoreContract {

    @TempDir
    static Path served;

    @SuppressWarnings("NullAway.Init")
    private static DavServer server;

    private static int roots;

    @TempDir
    Path temp;

    private String root = "";

    static boolean serverIsInstalled() {
        return DavServer.program() != null;
    }

    @BeforeAll
    static void startServer() throws IOException {
        server = DavServer.start(served);
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Override
    protected Store create() throws IOException {
        root = "root " + ++roots;
        Files.createDirectory(served.resolve(root));
        return VfsStore.open(server.uri("/root%20" + roots), TestOptions.in(temp));
    }

    @Test
    void aLargeFileStreamsBothWaysAndInRanges() throws IOException {
        byte[] bytes = random(3_000_000);
        store().write(path("/large"), body(bytes, Body.UNKNOWN), WriteOptions.DEFAULT);
        assertThat(Files.readAllBytes(served.resolve(root).resolve("large"))).isEqualTo(bytes);
        try (Content content = store().read(path("/large"))) {
            for (ByteRange range : new ByteRange[] {
                new ByteRange(2_999_990, 10), new ByteRange(70_000, 1_000_000), new ByteRange(0, 3_000_000)
            }) {
                assertThat(bytes(content.body(range)))
                        .isEqualTo(Arrays.copyOfRange(bytes, (int) range.offset(), (int) range.end()));
            }
        }
        try (Content content = store().read(path("/large"));
                InputStream in = content.body().open()) {
            assertThat(in.readNBytes(100_000)).isEqualTo(Arrays.copyOf(bytes, 100_000));
        }
    }

    @Test
    void aRangeOfAChangedFileFails() throws IOException {
        store().write(path("/a"), Body.of(random(200_000)), WriteOptions.DEFAULT);
        try (Content content = store().read(path("/a"))) {
            store().write(path("/a"), Body.of(random(300_000)), WriteOptions.DEFAULT);
            assertFails(FsException.Kind.IO, () -> bytes(content.body(new ByteRange(150_000, 10))));
        }
    }

    @Test
    void secretsAreNotShown() {
        String uri = server.uri("/nowhere");
        assertThatThrownBy(() -> VfsStore.open(uri, TestOptions.in(temp)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "webdav4://mule:***@127.0.0.1:" + server.port() + "/nowhere cannot be opened: nothing is there")
                .satisfies(VfsOpenTest::holdsNoSecret);
        String wrong = uri.replace(Percent.encoded(DavServer.PASSWORD), "wrongsecret");
        assertThatThrownBy(() -> VfsStore.open(wrong, TestOptions.in(temp)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("access is refused")
                .satisfies(VfsOpenTest::holdsNoSecret);
    }
}
