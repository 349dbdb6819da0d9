package dev.packhorse.store.openhands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.Canary;
import dev.packhorse.front.openhands.Credentials;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.http.Credential;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that refuse, redirect, stall, lie and die; and what goes over the wire to good ones. */
class OpenHandsFaultsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    @SuppressWarnings("NullAway.Init")
    private FileStoreServer server;

    @BeforeEach
    void serve() throws IOException {
        server = new FileStoreServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Store store() throws FsException {
        return OpenHandsStore.open(server.base(), FileStoreServer.options(temp, Dialect.FILES_LIST));
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    private static void assertFails(Kind kind, ThrowingCallable call) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure of kind %s", kind).isNotNull();
        assertThat(failure.kind()).as(String.valueOf(failure)).isEqualTo(kind);
    }

    private static Node write(Store store, String path, String text) throws FsException {
        return store.write(path(path), Body.of(text.getBytes(UTF_8)), WriteOptions.DEFAULT);
    }

    private static List<String> names(Store store, String directory) throws FsException {
        List<String> names = new ArrayList<>();
        try (Listing listing = store.list(path(directory))) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                names.add(node.path().name());
            }
        }
        return names;
    }

    private static String text(Store store, String path) throws IOException {
        try (Content content = store.read(path(path));
                InputStream in = content.body().open()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "401, PERMISSION_DENIED",
        "403, PERMISSION_DENIED",
        "413, TOO_LARGE",
        "429, BUSY",
        "301, IO",
        "302, IO",
        "206, IO",
        "204, IO",
        "502, UNAVAILABLE",
        "503, UNAVAILABLE",
        "504, TIMEOUT",
        "507, NO_SPACE",
        "418, IO"
    })
    void onlyA200IsAFileAndTheRestIsToldApart(int status, Kind kind) throws Exception {
        try (Store store = store()) {
            server.says("GET /files/a", status, "Location", "/base/files/b");
            server.says("POST /files/a", status == 204 ? 206 : status, "Location", "/base/files/b");
            assertFails(kind, () -> store.read(path("/a")).close());
            assertFails(kind, () -> write(store, "/a", "x"));
        }
        assertThat(server.heard).noneMatch(each -> each.endsWith("/files/b"));
    }

    @Test
    void noRedirectIsFollowedWithACredential() throws Exception {
        try (FileStoreServer other = new FileStoreServer()) {
            server.says("GET /files//list", 302, "Location", other.base() + "/files//list");
            assertFails(
                    Kind.IO,
                    () -> OpenHandsStore.open(
                                    server.base(),
                                    FileStoreServer.options(
                                            temp,
                                            Dialect.FILES_LIST,
                                            Credential.apiKey(Canary.secret("key")),
                                            SizeProbe.HEAD,
                                            Duration.ZERO,
                                            true,
                                            0))
                            .close());
            assertThat(other.heard).isEmpty();
        }
    }

    static Stream<Credential> right() {
        return Stream.of(
                Credential.apiKey("k1"),
                Credential.sessionKey("k2"),
                Credential.basic("jürgen", "pass:wörd"),
                Credential.bearer("t3"));
    }

    @ParameterizedTest
    @MethodSource("right")
    void eachKindOfCredentialAdmitsAndNoneIsShown(Credential credential) throws Exception {
        try (FileStoreServer guarded =
                new FileStoreServer(new Credentials("k1", "k2", "jürgen", "pass:wörd", "t3"), null)) {
            try (Store store = OpenHandsStore.open(guarded.base(), with(credential))) {
                write(store, "/a", "x");
                assertThat(text(store, "/a")).isEqualTo("x");
            }
            for (Credential wrong : List.of(Credential.NONE, Credential.apiKey("k2"), Credential.bearer("k1"))) {
                assertFails(
                        Kind.PERMISSION_DENIED,
                        () -> OpenHandsStore.open(guarded.base(), with(wrong)).close());
            }
        }
        assertThat(with(credential).toString()).doesNotContain(credential.value());
    }

    private OpenHandsOptions with(Credential credential) {
        return FileStoreServer.options(temp, null, credential, SizeProbe.HEAD, Duration.ZERO, true, 1 << 20);
    }

    @Test
    void aWriteIsTheRawBytesAndHowManyTheyAre() throws Exception {
        try (Store store = store()) {
            write(store, "/a b%é~", "x");
            write(store, "/empty", "");
        }
        Map<String, List<String>> head = server.heads.get("POST /files/a%20b%25%C3%A9~");
        assertThat(head).containsEntry("Content-length", List.of("1")).doesNotContainKey("Content-type");
        assertThat(server.heads.get("POST /files/empty")).containsEntry("Content-length", List.of("0"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[\"a\",\"b\"",
                "[",
                "[\"a",
                "",
                "[\"a\"],",
                "[\"a\"]]",
                "{\"a\":1}",
                "\"a\"",
                "nonsense",
                "[\"a\" \"b\"]"
            })
    void aListThatIsBrokenIsAFailure(String body) throws Exception {
        try (Store store = store()) {
            server.sends("GET /files//list", body);
            assertFails(Kind.IO, () -> names(store, "/"));
        }
    }

    @Test
    void thereIsNoTimeSoNobodyRemembersOne() throws Exception {
        try (Store store = store()) {
            write(store, "/a", "x");
            for (String path : List.of("/", "/a")) {
                assertThat(store.stat(FsPath.parse(path)).modified()).isEqualTo(Instant.EPOCH);
            }
        }
    }

    @Test
    void aListThatIsCutIsAFailure() throws Exception {
        try (Store store = store()) {
            server.cuts("GET /files//list", "[\"a\",\"b\"]");
            assertFails(Kind.UNAVAILABLE, () -> names(store, "/"));
            server.cuts("GET /files//list", "[\"a\",");
            assertFails(Kind.UNAVAILABLE, () -> names(store, "/"));
        }
    }

    @Test
    void whatIsNoChildIsLeftOut() throws Exception {
        try (Store store = store()) {
            write(store, "/a", "x");
            server.sends(
                    "GET /files//list",
                    "[\"/abs\",\"../up\",\"x/y\",\"\",\"/\",\"..\",\"a\",7,{\"b\":[1]},null,\"a\\u0000b\",\"\\ud800\",\"list\","
                            + "\"gone\",\"d/\",\".openhands-directory\"]");
            assertThat(names(store, "/")).containsExactly("a", "d");
        }
    }

    @Test
    void aFileThatIsCutFailsAndDoesNotEnd() throws Exception {
        try (Store store = store()) {
            server.cuts("GET /files/small", "abc");
            server.cuts("GET /files/large", "x".repeat(200_000));
            assertFails(Kind.UNAVAILABLE, () -> text(store, "/small"));
            assertFails(Kind.UNAVAILABLE, () -> text(store, "/large"));
        }
    }

    @Test
    void aServerThatSaysNothingTimesOut() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        OpenHandsOptions hasty = FileStoreServer.hasty(temp, Dialect.FILES_LIST);
        try (Store store = OpenHandsStore.lazily(server.base(), hasty)) {
            server.on("GET /files/a", exchange -> {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertFails(Kind.TIMEOUT, () -> text(store, "/a"));
        } finally {
            end.countDown();
        }
    }

    @Test
    void aServerThatDiesDuringAWriteIsUnavailable() throws Exception {
        try (Store store = store()) {
            server.on("POST /files/a", exchange -> {
                exchange.getRequestBody().read();
                throw new IOException("told to");
            });
            assertFails(
                    Kind.UNAVAILABLE, () -> store.write(path("/a"), Body.of(new byte[100_000]), WriteOptions.DEFAULT));
            assertFails(Kind.NOT_FOUND, () -> store.stat(path("/a")));
        }
    }

    @Test
    void ofTwoWhoMakeOrRemoveTheSameOnlyOneDoesIt() throws Exception {
        try (Store store = store()) {
            assertOneDoesIt(
                    "POST /files/d/.openhands-directory",
                    () -> server.files.makeDirectory(path("/d"), WriteOptions.DEFAULT),
                    Kind.PRECONDITION_FAILED,
                    () -> store.makeDirectory(path("/d"), WriteOptions.of(Preconditions.MUST_NOT_EXIST)));
            write(store, "/a", "1");
            assertOneDoesIt(
                    "DELETE /files/a",
                    () -> server.files.remove(path("/a"), Preconditions.NONE),
                    Kind.NOT_FOUND,
                    () -> store.remove(path("/a"), Preconditions.NONE));
        }
    }

    private interface Step {
        void run() throws FsException;
    }

    /** The second comes while the server has the request of the first. */
    private void assertOneDoesIt(String request, Step done, Kind kind, Step call) throws Exception {
        FutureTask<Void> second = new FutureTask<>(() -> assertFails(kind, call::run), null);
        AtomicBoolean begun = new AtomicBoolean();
        server.on(request, exchange -> {
            if (!begun.getAndSet(true)) {
                Thread thread = new Thread(second);
                thread.start();
                while (thread.isAlive()
                        && !String.valueOf(LockSupport.getBlocker(thread)).contains("ReentrantLock")) {
                    Thread.onSpinWait();
                }
            }
            done.run();
            exchange.sendResponseHeaders(200, -1);
        });
        call.run();
        second.get();
    }

    @Test
    void aServerThatIsNotThereIsUnavailable() throws Exception {
        try (Store store = OpenHandsStore.lazily(server.base(), FileStoreServer.options(temp, null))) {
            server.close();
            assertFails(Kind.UNAVAILABLE, () -> store.stat(path("/a")));
            assertFails(Kind.UNAVAILABLE, () -> names(store, "/"));
        }
        server = new FileStoreServer();
    }

    @Test
    void aServerThatSpeaksNoDialectIsRefused() {
        server.unknownMethods.addAll(List.of("GET", "OPTIONS"));
        assertFails(
                Kind.UNSUPPORTED,
                () -> OpenHandsStore.open(server.base(), FileStoreServer.options(temp, null))
                        .close());
    }

    @Test
    void aMoveThatFailsHalfWayLeavesTheSource() throws Exception {
        try (Store store = store()) {
            store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
            write(store, "/d/a", "1");
            write(store, "/d/b", "2");
            server.says("POST /files/e/b", 503);
            assertFails(Kind.UNAVAILABLE, () -> store.move(path("/d"), path("/e"), TransferOptions.CREATE_NEW));
            assertThat(names(store, "/d")).containsExactly("a", "b");
            assertThat(text(store, "/d/b")).isEqualTo("2");
        }
        assertThat(server.heard).noneMatch(each -> each.startsWith("DELETE"));
    }

    @Test
    void theMarkerOfADirectoryIsHiddenAndRefused() throws Exception {
        try (Store store = store()) {
            store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
            assertThat(names(store, "/d")).isEmpty();
            assertThat(server.heard).contains("POST /files/d/.openhands-directory");
            FsPath marker = path("/d/.openhands-directory");
            assertFails(Kind.INVALID_NAME, () -> store.read(marker).close());
            assertFails(Kind.INVALID_NAME, () -> store.remove(marker, Preconditions.NONE));
            assertFails(Kind.INVALID_NAME, () -> write(store, "/d/list", "x"));
        }
    }

    @Test
    void withoutMarkersNoDirectoryIsMadeAndThoseThatAreThereAreUsed() throws Exception {
        OpenHandsOptions usual = FileStoreServer.options(temp, Dialect.FILES_LIST);
        OpenHandsOptions bare = new OpenHandsOptions(
                usual.dialect(),
                usual.credential(),
                usual.sizeProbe(),
                usual.sizeTtl(),
                /* markers= */ false,
                usual.spoolLimit(),
                usual.temp(),
                usual.web());
        server.files.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        try (Store store = OpenHandsStore.open(server.base(), bare)) {
            write(store, "/d/a", "x");
            assertFails(Kind.UNSUPPORTED, () -> store.makeDirectory(path("/e"), WriteOptions.DEFAULT));
            assertThat(store.makeDirectory(path("/d"), WriteOptions.DEFAULT).isDirectory())
                    .isTrue();
        }
        assertThat(server.heard).noneMatch(each -> each.contains("packhorse"));
    }

    @Test
    void anEventFolderOfThousandsIsListedWholeAndSorted() throws Exception {
        server.files.makeDirectory(path("/events"), WriteOptions.DEFAULT);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            write(server.files, "/events/" + i + ".json", "{}");
            expected.add(i + ".json");
        }
        expected.sort(null);
        try (Store store = store()) {
            assertThat(names(store, "/events")).isEqualTo(expected);
        }
        assertThat(server.heard).containsOnlyOnce("GET /files/events/list");
    }

    @Test
    void aFileLargerThanTheSpoolIsTooLargeWhereItCannotStream() throws Exception {
        server.plain = true;
        try (Store store = store()) {
            store.write(path("/a"), Body.of(new byte[(1 << 20) + 1]), WriteOptions.DEFAULT);
            assertThat(store.stat(path("/a")).size()).isEqualTo((1 << 20) + 1);
            assertFails(Kind.TOO_LARGE, () -> store.read(path("/a")).close());
        }
    }

    @Test
    void sizesAreRememberedForAWhileAndNeverProbedWhereThatIsSaid() throws Exception {
        OpenHandsOptions remembering = FileStoreServer.options(
                temp, Dialect.FILES_LIST, Credential.NONE, SizeProbe.HEAD, Duration.ofMinutes(1), true, 0);
        write(server.files, "/a", "abc");
        try (Store store = OpenHandsStore.open(server.base(), remembering)) {
            assertThat(names(store, "/")).containsExactly("a");
            assertThat(names(store, "/")).containsExactly("a");
            assertThat(server.heard).containsOnlyOnce("HEAD /files/a");
            assertThat(store.capabilities().staleness()).isEqualTo(Duration.ofMinutes(1));
        }
        OpenHandsOptions never = FileStoreServer.options(
                temp, Dialect.FILES_LIST, Credential.NONE, SizeProbe.NEVER, Duration.ofMinutes(1), true, 0);
        server.heard.clear();
        try (Store store = OpenHandsStore.open(server.base(), never)) {
            assertThat(store.stat(path("/a")).size()).isZero();
            assertThat(text(store, "/a")).isEqualTo("abc");
            assertThat(store.stat(path("/a")).size()).isEqualTo(3);
            assertThat(server.heard).noneMatch(each -> each.startsWith("HEAD"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://h/", "http:opaque", "http://user:secret@h/", "http://h/?q", "http://h/#f"})
    void aBaseThatIsNoneIsRefused(String base) {
        assertThatThrownBy(() -> OpenHandsStore.lazily(URI.create(base), with(Credential.NONE))
                        .close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }
}
