package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.packhorse.store.gcs.GcsServer;
import dev.packhorse.store.s3.S3Server;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What OpenHands' own tests demand of any of its stores, asked as its client asks over HTTP: a file is written, read, listed and gone;
 * paths with dots, with and without a leading slash; lists of one level; directories that go with all they hold. And what its own
 * stores get wrong (INTEROP.md, section 3). Each store has the name that OpenHands' configuration has for it; {@code elsewhere} is a
 * FileStore that is the store of another.
 */
class OpenHandsStorageTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** A test that gets the name of a store. */
    @ParameterizedTest
    @ValueSource(strings = {"local", "memory", "s3", "google_cloud", "elsewhere"})
    @Retention(RetentionPolicy.RUNTIME)
    @interface OnEachStore {}

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static S3Server server;

    @SuppressWarnings("NullAway.Init")
    private static GcsServer google;

    @SuppressWarnings("NullAway.Init")
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        google = GcsServer.start("of-google");
        server = S3Server.start(Files.createDirectory(folder.resolve("s3proxy")));
        gateway = new TestGateway(Files.createDirectory(folder.resolve("gateway")));
        StringBuilder routes = new StringBuilder();
        routes.append(route("memory", ""));
        routes.append(route("local", "file_store_path: " + folder.resolve("local")));
        routes.append(route("s3", """
                file_store_path: %s
                endpoint: http://127.0.0.1:%s
                access-key: %s
                secret-key: %s
                """.formatted(
                        server.bucket(),
                        server.port(),
                        server.credentials().accessKey(),
                        server.credentials().secretKey())));
        routes.append(route("google_cloud", """
                file_store_path: of-google
                endpoint: %s
                anonymous: true
                """.formatted(google.endpoint())));
        routes.append(route("far", "memory:far", ""));
        String far = "http://127.0.0.1:" + gateway.listener.getPort() + "/openhands/far";
        routes.append(route("elsewhere", "openhands+" + far, ""));
        gateway.load(Files.writeString(folder.resolve("routes.yaml"), routes.toString()), Map.of());
    }

    private static String route(String name, String parameters) {
        return route(name, name, parameters);
    }

    private static String route(String name, String location, String parameters) {
        return """
                - route:
                    from:
                      uri: export:/%s
                      parameters:
                        protocols: openhands
                      steps:
                        - to:
                            uri: store:%s
                            parameters:
                              overlay: false
                %s""".formatted(name, location, parameters.stripTrailing().indent(14));
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        server.close();
        google.close();
    }

    /** Asks as OpenHands' client does, in an empty store. */
    private static final class Client {
        private final String base;

        Client(String name) throws IOException {
            base = "/openhands/" + name + "/files/";
            delete("");
        }

        /** Sends a path as it is. */
        TestGateway.Reply send(String method, String path, String body) throws IOException {
            // The client tells the length of an empty file, too.
            String[] length =
                    method.equals("POST") && body.isEmpty() ? new String[] {"Content-Length: 0"} : new String[0];
            return gateway.send(method, base + path, TestGateway.wire(body), length);
        }

        /** The client encodes all but letters, digits and {@code / _ . - ~}. */
        private static String encoded(String path) {
            return URLEncoder.encode(path, StandardCharsets.UTF_8)
                    .replace("+", "%20")
                    .replace("%2F", "/");
        }

        void write(String path, String text) throws IOException {
            assertThat(send("POST", encoded(path), text).status()).isIn(200, 201, 204);
        }

        /** {@code null} where the client raises {@code FileNotFoundError}. */
        @Nullable
        String read(String path) throws IOException {
            TestGateway.Reply reply = send("GET", encoded(path), "");
            assertThat(reply.status()).isIn(200, 404);
            return reply.status() == 404
                    ? null
                    : new String(reply.body().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }

        /** In the published way and in a later one, which must say the same; what is missing is an empty list to clients. */
        List<String> list(String path) throws IOException {
            TestGateway.Reply published = send("GET", encoded(path) + "/list", "");
            TestGateway.Reply later = send("OPTIONS", encoded(path), "");
            assertThat(published.status()).isIn(200, 404);
            assertThat(later.status()).isEqualTo(published.status());
            if (published.status() == 404) {
                return List.of();
            }
            List<String> listed = JSON.readValue(published.body(), new TypeReference<>() {});
            assertThat(JSON.readValue(later.body(), new TypeReference<List<String>>() {}))
                    .isEqualTo(listed);
            return listed;
        }

        void delete(String path) throws IOException {
            assertThat(send("DELETE", encoded(path), "").status()).isIn(200, 202, 204, 404);
        }
    }

    @OnEachStore
    void aFileIsWrittenReadListedAndGone(String name) throws IOException {
        Client store = new Client(name);
        store.write("test.txt", "Hello, world!");

        assertThat(store.read("test.txt")).isEqualTo("Hello, world!");
        assertThat(store.list("")).containsExactly("test.txt");
        assertThat(store.list("/")).containsExactly("test.txt");

        store.delete("test.txt");

        assertThat(store.list("")).isEmpty();
        assertThat(store.read("test.txt")).isNull();
    }

    /** The client sends {@code ./foo} as {@code foo}. */
    @OnEachStore
    void pathsMayHaveDotsAndBeginWithASlash(String name) throws IOException {
        Client store = new Client(name);
        for (String path : List.of("foo.bar.baz", "foo/bar/baz", "/foo/bar/baz", "foo//bar/baz", "größe/b c.txt")) {
            store.write(path, "Hello, world!");
            assertThat(store.read(path)).isEqualTo("Hello, world!");
            store.delete(path);
            assertThat(store.read(path)).isNull();
        }
    }

    @OnEachStore
    void filesAreListed(String name) throws IOException {
        Client store = new Client(name);
        for (String file : List.of("foo.txt", "bar.txt", "baz.txt")) {
            store.write(file, "Hello, world!");
        }

        assertThat(store.list("")).containsExactly("bar.txt", "baz.txt", "foo.txt");
    }

    @OnEachStore
    void aListIsOneLevelWithTheSlashesOfDirectories(String name) throws IOException {
        Client store = new Client(name);
        for (String file : List.of("foo/bar/baz.txt", "foo/bar/qux.txt", "foo/bar/quux.txt")) {
            store.write(file, "Hello, world!");
        }

        assertThat(store.list("")).containsExactly("foo/");
        assertThat(store.list("foo")).containsExactly("foo/bar/");
        assertThat(store.list("foo/")).containsExactly("foo/bar/");
        assertThat(store.list("foo/bar")).containsExactly("foo/bar/baz.txt", "foo/bar/quux.txt", "foo/bar/qux.txt");
        assertThat(store.list("missing")).isEmpty();
    }

    @OnEachStore
    void aDirectoryGoesWithAllItHolds(String name) throws IOException {
        Client store = new Client(name);
        for (String file : List.of("foo/bar/baz.txt", "foo/bar/qux.txt", "foo/other.txt", "foo/bar/sub/file.txt")) {
            store.write(file, "Hello, world!");
        }
        assertThat(store.list("foo")).containsExactly("foo/bar/", "foo/other.txt");
        assertThat(store.list("foo/bar")).containsExactly("foo/bar/baz.txt", "foo/bar/qux.txt", "foo/bar/sub/");

        store.delete("foo/bar/baz.txt");
        assertThat(store.list("foo/bar")).containsExactly("foo/bar/qux.txt", "foo/bar/sub/");
        store.delete("foo/bar");
        assertThat(store.list("foo")).containsExactly("foo/other.txt");
        assertThat(store.read("foo/bar/sub/file.txt")).isNull();
        store.delete("foo");

        assertThat(store.list("")).isEmpty();
        assertThat(store.read("foo/other.txt")).isNull();
    }

    @OnEachStore
    void namesThatBeginAlikeAreOthers(String name) throws IOException {
        Client store = new Client(name);
        store.write("foo/a", "1");
        store.write("foobar.txt", "2");
        store.write("foo.txt", "3");

        assertThat(store.list("foo")).containsExactly("foo/a");
        store.delete("foo");

        assertThat(store.list("")).containsExactly("foo.txt", "foobar.txt");
        assertThat(store.read("foobar.txt")).isEqualTo("2");
    }

    @OnEachStore
    void textComesBackAsItWasAndAnOverwriteIsWhole(String name) throws IOException {
        Client store = new Client(name);
        for (String text : List.of("first, and rather long", "a\r\nb\nc", "größer 🚀", "")) {
            store.write("text", text);
            assertThat(store.read("text")).isEqualTo(text);
        }
        assertThat(store.list("")).containsExactly("text");
    }

    @OnEachStore
    void nothingLeadsOutOfTheStore(String name) throws IOException {
        Client store = new Client(name);

        assertThat(store.send("POST", "%2e%2e/outside", "x").status()).isEqualTo(400);
        assertThat(store.send("GET", "a/%2e%2e/%2e%2e/outside", "").status()).isEqualTo(400);
    }

    /** OpenHands deletes without asking whether something is there. */
    @OnEachStore
    void whatIsMissingIsDeletedAsWell(String name) throws IOException {
        Client store = new Client(name);

        store.delete("missing");
        store.delete("missing/too/");

        assertThat(store.list("")).isEmpty();
    }
}
