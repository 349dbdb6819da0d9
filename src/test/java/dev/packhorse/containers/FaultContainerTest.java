package dev.packhorse.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the clients of a remote store see when its server fails them. */
@WithContainers
class FaultContainerTest {

    /** Of stores whose server answers: long enough for any machine. */
    private static final Duration PATIENT = Duration.ofSeconds(60);

    /** Of stores whose server does not, which the test sits out. */
    private static final Duration SAT_OUT = Duration.ofSeconds(10);

    private static final int LARGE = 64 << 20;

    /** How a server that does not answer is told; what is asked for may well be there. */
    private static final Kind[] GONE = {Kind.UNAVAILABLE, Kind.TIMEOUT};

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path temp;

    @Test
    void aServerKilledInMidReadIsNoShortFile() throws Exception {
        Remote.eachStartedAtOnce(this::aServerKilledInMidReadIsNoShortFile);
    }

    private void aServerKilledInMidReadIsNoShortFile(Remote remote, Counterpart server) throws Exception {
        String folder = server.freshFolder();
        server.run("head -c " + LARGE + " /dev/zero >" + folder + "/a && chmod 644 " + folder + "/a");
        try (Store store = open(remote, server, folder, SAT_OUT);
                Content content = store.read(path("/a"));
                InputStream in = content.body().open()) {
            in.readNBytes(1 << 20);
            server.kill();

            assertFails(() -> in.transferTo(OutputStream.nullOutputStream()), GONE);
            assertFails(() -> store.stat(path("/absent")), GONE);
            assertFails(() -> store.list(FsPath.ROOT).close(), GONE);
        }
    }

    @Test
    void aServerKilledInMidWriteKeepsTheOldContent() throws Exception {
        Remote.eachStartedAtOnce(this::aServerKilledInMidWriteKeepsTheOldContent);
    }

    private void aServerKilledInMidWriteKeepsTheOldContent(Remote remote, Counterpart server) throws Exception {
        String folder = server.freshFolder();
        try (Store store = open(remote, server, folder, SAT_OUT)) {
            store.write(path("/a"), Body.of("old".getBytes(StandardCharsets.UTF_8)), WriteOptions.DEFAULT);
            Body body = interrupted(4 << 20, server::kill);

            assertFails(() -> store.write(path("/a"), body, WriteOptions.DEFAULT), GONE);
            assertThat(server.fileOf(folder + "/a")).isEqualTo("old");
        }
    }

    @Test
    void aSilentServerIsATimeout() throws Exception {
        Remote.eachStartedAtOnce(this::aSilentServerIsATimeout);
    }

    private void aSilentServerIsATimeout(Remote remote, Counterpart server) throws Exception {
        String folder = server.freshFolder();
        server.run("head -c " + LARGE + " /dev/zero >" + folder + "/a && chmod 644 " + folder + "/a");
        try (Store store = open(remote, server, folder, SAT_OUT)) {
            try (Content content = store.read(path("/a"));
                    InputStream in = content.body().open()) {
                in.readNBytes(1 << 20);
                server.pause();
                try {
                    assertFails(() -> in.transferTo(OutputStream.nullOutputStream()), GONE);
                    assertFails(() -> names(store, "/"), GONE);
                } finally {
                    server.unpause();
                }
            }
            assertThat(store.stat(path("/a")).size()).isEqualTo(LARGE);
        }
    }

    @Test
    void cutConnectionsAreMadeAnew() throws Exception {
        Remote.eachStartedAtOnce(this::cutConnectionsAreMadeAnew);
    }

    private void cutConnectionsAreMadeAnew(Remote remote, Counterpart server) throws Exception {
        String folder = server.freshFolder();
        server.run("head -c " + LARGE + " /dev/zero >" + folder + "/a && chmod 644 " + folder + "/a");
        try (Store store = open(remote, server, folder, PATIENT)) {
            try (Content content = store.read(path("/a"));
                    InputStream in = content.body().open()) {
                in.readNBytes(1 << 20);
                server.killProcesses();
                assertFails(() -> in.transferTo(OutputStream.nullOutputStream()), GONE);
            }
            assertThat(store.stat(path("/a")).size()).isEqualTo(LARGE);
            server.killProcesses();
            assertThat(names(store, "/")).isEqualTo(1);
            server.killProcesses();
            try (Content content = store.read(path("/a"));
                    InputStream in = content.body().open()) {
                assertThat(in.transferTo(OutputStream.nullOutputStream())).isEqualTo(LARGE);
            }
        }
    }

    @Test
    void aFullDiskKeepsTheOldContentAndNothingElse() throws Exception {
        Remote.eachStartedAtOnce(this::aFullDiskKeepsTheOldContentAndNothingElse);
    }

    private void aFullDiskKeepsTheOldContentAndNothingElse(Remote remote, Counterpart server) throws Exception {
        // ProFTPD says "No space left on device", or no more than "Input/output error" if a part still had room.
        Kind[] full = remote == Remote.FTP || remote == Remote.FTPS
                ? new Kind[] {Kind.NO_SPACE, Kind.IO}
                : new Kind[] {Kind.NO_SPACE};
        try (Store store = open(remote, server, Counterpart.SMALL, PATIENT)) {
            store.write(path("/a"), Body.of("old".getBytes(StandardCharsets.UTF_8)), WriteOptions.DEFAULT);
            for (String name : new String[] {"/a", "/b"}) {
                Body body = Body.of(new byte[4 * Counterpart.SMALL_BYTES]);
                assertFails(() -> store.write(path(name), body, WriteOptions.DEFAULT), full);
            }
            assertThat(server.run("cd " + Counterpart.SMALL + " && ls -A && cat a"))
                    .isEqualTo("a\nold");
        }
    }

    @Test
    void whatIsForbiddenHalfWayIsSaid() throws Exception {
        Remote.eachAtOnce(this::whatIsForbiddenHalfWayIsSaid);
    }

    private void whatIsForbiddenHalfWayIsSaid(Remote remote) throws Exception {
        Counterpart server = remote.shared();
        String folder = server.freshFolder();
        server.run("cd " + folder + " && mkdir -p t/locked && touch t/a t/locked/x t/z && chmod -R go+rwX ."
                + " && chmod 700 t/locked");
        try (Store store = open(remote, server, folder, PATIENT)) {
            assertFails(() -> names(store, "/t/locked"), Kind.PERMISSION_DENIED);
            assertFails(
                    () -> {
                        try (Listing listing = store.walk(FsPath.ROOT)) {
                            while (listing.next() != null) {}
                        }
                    },
                    Kind.PERMISSION_DENIED);
            assertFails(() -> store.read(path("/t/locked/x")).close(), Kind.PERMISSION_DENIED);
            assertFails(
                    () -> store.copy(path("/t"), path("/copy"), TransferOptions.CREATE_NEW), Kind.PERMISSION_DENIED);
            assertFails(() -> store.remove(path("/t"), Preconditions.NONE), Kind.PERMISSION_DENIED);
            assertThat(server.run("ls " + folder + "/t/locked")).isEqualTo("x\n");
        }
    }

    private Store open(Remote remote, Counterpart server, String folder, Duration timeout) throws Exception {
        Path known = Files.createDirectories(temp.resolve(remote.name()));
        return remote.open(server, Counterpart.USER, folder, known, timeout);
    }

    private static int names(Store store, String directory) throws IOException {
        int count = 0;
        try (Listing listing = store.list(path(directory))) {
            while (listing.next() != null) {
                count++;
            }
        }
        return count;
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    private static void assertFails(ThrowingCallable call, Kind... kinds) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure").isNotNull();
        assertThat(failure.kind()).as(String.valueOf(failure.getCause())).isIn((Object[]) kinds);
    }

    /** A body that does something in its middle. */
    private static Body interrupted(int length, Runnable middle) {
        return new Body() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public InputStream open() {
                return new InputStream() {
                    private int given;

                    @Override
                    public int read() {
                        byte[] one = new byte[1];
                        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int count) {
                        if (given == length) {
                            return -1;
                        }
                        int now = Math.min(count, length - given);
                        if (given < length / 2 && given + now >= length / 2) {
                            middle.run();
                        }
                        given += now;
                        return now;
                    }
                };
            }
        };
    }
}
