package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A device, the short ways to use it, and a look at what was left open. */
abstract class DeviceFixture {

    static final Instant THEN = Instant.parse("2001-12-31T00:59:57Z");
    static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path temp;

    final TestDevice device = new TestDevice();
    private final List<Store> stores = new ArrayList<>();

    @AfterEach
    void nothingStaysOpen() throws Exception {
        for (Store store : stores) {
            store.close();
        }
        Awaitility.await().atMost(SOON).until(() -> device.open() == 0);
        device.close();
        assertThat(temp).isEmptyDirectory();
    }

    final ReplayStore open(String root, ReplayOptions options) throws FsException {
        ReplayStore store = ReplayStore.open("127.0.0.1", device.port(), path(root), options);
        stores.add(store);
        device.forgetRequests();
        return store;
    }

    final ReplayStore open(String root) throws FsException {
        return open(root, TestOptions.timed(temp, SOON, Duration.ofSeconds(30), Duration.ZERO));
    }

    /** One that remembers nothing. */
    final ReplayStore forgetful(String root) throws FsException {
        return open(root, TestOptions.timed(temp, SOON, Duration.ZERO, Duration.ZERO));
    }

    /** One that remembers nothing and does not wait for long: for calls that time out. */
    final ReplayStore impatient(String root) throws FsException {
        return open(root, TestOptions.timed(temp, Duration.ofSeconds(2), Duration.ZERO, Duration.ZERO));
    }

    static FsPath path(String text) {
        try {
            return FsPath.parse(text);
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    static Body text(String text) {
        return Body.of(text.getBytes(UTF_8));
    }

    static Node put(Store store, String path, String text) throws FsException {
        return store.write(path(path), text(text), WriteOptions.DEFAULT);
    }

    static String content(Store store, String path) throws IOException {
        return new String(bytes(store, path), UTF_8);
    }

    static byte[] bytes(Store store, String path) throws IOException {
        try (Content content = store.read(path(path));
                InputStream in = content.body().open()) {
            return in.readAllBytes();
        }
    }

    static List<String> names(Store store, String directory) throws FsException {
        List<String> names = new ArrayList<>();
        try (Listing listing = store.list(path(directory))) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                names.add(node.path().name());
            }
        }
        return names;
    }

    static FsException failure(ThrowingCallable call) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure").isNotNull();
        return failure;
    }

    static void assertFails(FsException.Kind kind, ThrowingCallable call) {
        FsException failure = failure(call);
        assertThat(failure.kind()).as("%s, %s", failure, failure.getCause()).isEqualTo(kind);
    }
}
