package dev.packhorse.store.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VfsHttpStoreTest {

    @TempDir
    Path temp;

    @SuppressWarnings("NullAway.Init")
    private FileServer server;

    @SuppressWarnings("NullAway.Init")
    private Store store;

    @BeforeEach
    void start() throws IOException {
        server = FileServer.start();
        server.put("/base/a %41[x]#?;é.txt", "odd".getBytes(StandardCharsets.UTF_8));
        server.put("/base/dir/large", ArchiveFiles.large());
        store = VfsStore.open("http:" + server.at("/base/"), TestOptions.in(temp));
    }

    @AfterEach
    void stop() throws IOException {
        store.close();
        server.close();
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void filesAreLookedAtAndRead() throws IOException {
        FsPath path = FsPath.parse("/a %41[x]#?;é.txt");
        Node node = store.stat(path);
        assertThat(node.size()).isEqualTo(3);
        assertThat(node.modified()).isEqualTo("2021-02-03T04:05:06Z");
        assertThat(node.etag()).isNotNull();
        try (Content content = store.read(path)) {
            assertThat(content.node()).isEqualTo(node);
            assertThat(ArchiveStoreTest.text(content)).isEqualTo("odd");
        }
        assertThat(store.stat(FsPath.parse("/dir")).isDirectory()).isTrue();
        assertThat(store.stat(FsPath.ROOT).isDirectory()).isTrue();
    }

    @Test
    void rangesInAnyOrder() throws IOException {
        byte[] large = ArchiveFiles.large();
        try (Content content = store.read(FsPath.parse("/dir/large"))) {
            for (ByteRange range : new ByteRange[] {
                new ByteRange(299_990, 10), new ByteRange(5, 5), new ByteRange(65_000, 1_000), new ByteRange(0, 300_000)
            }) {
                try (InputStream in = content.body(range).open()) {
                    assertThat(in.readAllBytes())
                            .isEqualTo(Arrays.copyOfRange(large, (int) range.offset(), (int) range.end()));
                }
            }
        }
    }

    @Test
    void thereAreNoListingsAndNoChanges() throws IOException {
        assertThat(store.capabilities().all()).isEmpty();
        ArchiveStoreTest.assertFails(Kind.UNSUPPORTED, () -> store.list(FsPath.ROOT));
        ArchiveStoreTest.assertFails(
                Kind.UNSUPPORTED, () -> store.remove(FsPath.parse("/dir/large"), Preconditions.NONE));
    }

    @Test
    void whatTheServerSaysHasAKind() throws IOException {
        FsPath path = FsPath.parse("/dir/large");
        ArchiveStoreTest.assertFails(Kind.NOT_FOUND, () -> store.stat(FsPath.parse("/nothing")));
        ArchiveStoreTest.assertFails(Kind.NOT_FOUND, () -> store.read(FsPath.parse("/nothing")));
        for (Object[] pair : new Object[][] {
            {403, Kind.PERMISSION_DENIED}, {503, Kind.UNAVAILABLE}, {504, Kind.TIMEOUT}, {500, Kind.IO}
        }) {
            server.answer((Integer) pair[0]);
            ArchiveStoreTest.assertFails((Kind) pair[1], () -> store.stat(path));
        }
    }

    @Test
    void anAnswerCutShortFails() throws IOException {
        server.cut();
        try (Content content = store.read(FsPath.parse("/dir/large"));
                InputStream in = content.body().open()) {
            assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aFileChangedBetweenTwoRangesFails() throws IOException {
        try (Content content = store.read(FsPath.parse("/dir/large"))) {
            byte[] other = ArchiveFiles.large();
            other[7] ^= 1;
            server.put("/base/dir/large", other);
            ArchiveStoreTest.assertFails(
                    Kind.IO, () -> content.body(new ByteRange(200_000, 5)).open());
        }
    }
}
