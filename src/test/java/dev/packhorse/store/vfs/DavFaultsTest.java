package dev.packhorse.store.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.SmallHeap;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong on a WebDAV server, and what the caller is told. */
class DavFaultsTest {

    private static final String PASSWORD = "hay-and-oats";

    @TempDir
    Path temp;

    @SuppressWarnings("NullAway.Init")
    private ScriptedDav server;

    @SuppressWarnings("NullAway.Init")
    private Store store;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedDav(null);
        store = VfsStore.open(server.uri(), TestOptions.in(temp));
    }

    @AfterEach
    void stop() throws Exception {
        store.close();
        server.close();
    }

    @Test
    void aListingCutShortIsAFailure() throws Exception {
        byte[] half = (ScriptedDav.begin() + ScriptedDav.item("/", true) + ScriptedDav.item("/a", false))
                .getBytes(StandardCharsets.UTF_8);
        server.on("LIST", "", exchange -> {
            // More is announced than comes: the connection breaks.
            exchange.sendResponseHeaders(207, half.length + 100);
            exchange.getResponseBody().write(half);
            exchange.getResponseBody().flush();
        });
        assertFails(Kind.UNAVAILABLE, () -> list("/"));
        assertFails(Kind.UNAVAILABLE, () -> walk("/"));

        server.on("LIST", "", exchange -> {
            // All that is announced comes, but the document does not end.
            exchange.sendResponseHeaders(207, half.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(half);
            }
        });
        assertFails(Kind.IO, () -> list("/"));

        server.on(
                "LIST",
                "",
                exchange ->
                        ScriptedDav.multistatus(exchange, ScriptedDav.item("/", true) + ScriptedDav.item("/a", false)));
        assertThat(list("/")).isEqualTo(1);
    }

    @Test
    void aLargeDirectoryNeedsLittleMemory() throws Exception {
        server.on("LIST", "", exchange -> {
            exchange.sendResponseHeaders(207, 0);
            try (Writer out = new OutputStreamWriter(exchange.getResponseBody(), StandardCharsets.UTF_8)) {
                out.write(ScriptedDav.begin());
                for (int i = SmallHeap.NODES - 1; i >= 0; i--) {
                    out.write(ScriptedDav.item("/" + SmallHeap.name(i), false));
                }
                out.write(ScriptedDav.end());
            }
        });
        SmallHeap.run(Lister.class, server.uri(), temp.toString());
    }

    /** In a JVM of its own. */
    static final class Lister {
        private Lister() {}

        public static void main(String[] arguments) throws Exception {
            SmallHeap.list(VfsStore.open(arguments[0], TestOptions.in(Path.of(arguments[1]))));
        }
    }

    @Test
    void aListingThatStandsStillIsATimeout() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        server.on("LIST", "", exchange -> {
            exchange.sendResponseHeaders(207, 0);
            exchange.getResponseBody()
                    .write((ScriptedDav.begin() + ScriptedDav.item("/a", false)).getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            try {
                asked.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try (Store hasty = VfsStore.open(server.uri(), TestOptions.hasty(TestOptions.lazy(temp)))) {
            assertFails(Kind.TIMEOUT, () -> count(hasty.list(FsPath.ROOT)));
        }
        asked.countDown();
    }

    @Test
    void aDirectoryThatMayNotBeReadFailsTheTree() throws Exception {
        tree();
        server.says("LIST", "/t/locked", 403);
        assertFails(Kind.PERMISSION_DENIED, () -> list("/t/locked"));
        assertFails(Kind.PERMISSION_DENIED, () -> walk("/"));
        assertFails(Kind.PERMISSION_DENIED, () -> store.copy(path("/t"), path("/copy"), TransferOptions.CREATE_NEW));
    }

    @Test
    void aTreeThatTheServerCannotLookThroughIsForbiddenAndNotMissing() throws Exception {
        tree();
        // As Apache does: it looks for locks in the whole tree first.
        server.on("MOVE", "/t", exchange -> exchange.sendResponseHeaders(404, -1));
        assertFails(Kind.PERMISSION_DENIED, () -> store.remove(path("/t"), Preconditions.NONE));
        assertFails(Kind.PERMISSION_DENIED, () -> store.move(path("/t"), path("/moved"), TransferOptions.CREATE_NEW));
        server.on("MOVE", "/t", exchange -> {
            server.isDirectory.remove("/t");
            exchange.sendResponseHeaders(404, -1);
        });
        assertFails(Kind.NOT_FOUND, () -> store.remove(path("/t"), Preconditions.NONE));
    }

    @Test
    void whatIsRefusedWithinAnAnswerIsNoEmptyFile() throws Exception {
        tree();
        String refused =
                "<D:response><D:href>/t/secret</D:href><D:status>HTTP/1.1 403 Forbidden</D:status></D:response>";
        String gone = "<D:response><D:href>/t/gone</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>";
        server.on(
                "LIST",
                "/t",
                exchange -> ScriptedDav.multistatus(exchange, ScriptedDav.item("/t", true) + gone + refused));
        assertFails(Kind.PERMISSION_DENIED, () -> list("/t"));
        server.on(
                "LIST",
                "/t",
                exchange -> ScriptedDav.multistatus(
                        exchange, ScriptedDav.item("/t", true) + gone + ScriptedDav.item("/t/a", false)));
        assertThat(list("/t")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "walk", "copy"})
    void noListingShowsTheMomentInWhichAFileIsReplaced(String look) throws Exception {
        tree();
        CountDownLatch listed = new CountDownLatch(1);
        CountDownLatch removed = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        server.on("LIST", "/t", exchange -> {
            listed.countDown();
            awaitBriefly(removed);
            StringBuilder items = new StringBuilder();
            server.isDirectory.keySet().stream()
                    .filter(each -> each.matches("/t(/[^/]+)?"))
                    .forEach(each -> items.append(server.item(each)));
            ScriptedDav.multistatus(exchange, items.toString());
            answered.countDown();
        });
        server.on("MOVE", "*", exchange -> {
            // RFC 4918, 9.9.3: the old goes before the new comes.
            server.isDirectory.remove("/t/a");
            removed.countDown();
            awaitBriefly(answered);
            server.change(exchange);
        });
        ExecutorService second = Executors.newSingleThreadExecutor();
        Future<?> written = second.submit(() -> {
            listed.await();
            return store.write(path("/t/a"), Body.of(new byte[3]), WriteOptions.DEFAULT);
        });
        try {
            switch (look) {
                case "list" -> assertThat(list("/t")).isEqualTo(2);
                case "walk" -> assertThat(walk("/t")).isEqualTo(3);
                default -> {
                    store.copy(path("/t"), path("/c"), TransferOptions.CREATE_NEW);
                    assertThat(server.isDirectory).containsKey("/c/a");
                }
            }
            written.get();
        } finally {
            second.shutdownNow();
        }
    }

    private static void awaitBriefly(CountDownLatch latch) throws IOException {
        try {
            latch.await(500, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    @Test
    void aFullDiskIsNoSpaceAndLeavesNothing() throws Exception {
        server.isDirectory.put("/a", false);
        server.on("PUT", "*", exchange -> {
            server.isDirectory.put(exchange.getRequestURI().getPath(), false);
            exchange.sendResponseHeaders(507, -1);
        });
        assertFails(Kind.NO_SPACE, () -> store.write(path("/a"), Body.of(new byte[1 << 20]), WriteOptions.DEFAULT));
        assertThat(server.heard).last().asString().startsWith("DELETE /.packhorse-");
        assertThat(server.heard).noneMatch(each -> each.startsWith("MOVE"));
    }

    @Test
    void aCertificateThatNobodyHasSignedIsRefusedUnlessTheJvmTrustsIt() throws Exception {
        TestKeys keys = TestKeys.in(temp, PASSWORD);
        try (ScriptedDav secure = new ScriptedDav(context(keys))) {
            assertThatThrownBy(() -> VfsStore.open(secure.uri(), TestOptions.in(temp)))
                    .isInstanceOfSatisfying(
                            FsException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE))
                    .hasStackTraceContaining("unable to find valid certification path");
            assertThat(secure.heard).isEmpty();

            System.setProperty("javax.net.ssl.trustStore", keys.store().toString());
            System.setProperty("javax.net.ssl.trustStorePassword", PASSWORD);
            try (Store trusting = VfsStore.open(secure.uri(), TestOptions.in(temp))) {
                assertThat(trusting.stat(FsPath.ROOT).isDirectory()).isTrue();
            } finally {
                System.clearProperty("javax.net.ssl.trustStore");
                System.clearProperty("javax.net.ssl.trustStorePassword");
            }
        }
    }

    private static SSLContext context(TestKeys keys) throws Exception {
        KeyStore store = KeyStore.getInstance(keys.store().toFile(), PASSWORD.toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /** {@code /t} with a file and {@code /t/locked} with another. */
    private void tree() {
        server.isDirectory.put("/t", true);
        server.isDirectory.put("/t/a", false);
        server.isDirectory.put("/t/locked", true);
        server.isDirectory.put("/t/locked/x", false);
    }

    private int list(String directory) throws FsException {
        return count(store.list(path(directory)));
    }

    private int walk(String directory) throws FsException {
        return count(store.walk(path(directory)));
    }

    private static int count(Listing nodes) throws FsException {
        try (nodes) {
            int count = 0;
            while (nodes.next() != null) {
                count++;
            }
            return count;
        }
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    private static void assertFails(Kind kind, ThrowingCallable call) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure of kind %s", kind).isNotNull();
        assertThat(failure.kind()).as("%s by %s", failure, failure.getCause()).isEqualTo(kind);
    }
}
