package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.Canary;
import dev.packhorse.FreePort;
import dev.packhorse.identity.Authenticator;
import dev.packhorse.identity.Identities;
import dev.packhorse.identity.IdentityFiles;
import dev.packhorse.identity.LoginGuard;
import dev.packhorse.policy.observe.AuditFile;
import dev.packhorse.policy.observe.AuditLog;
import dev.packhorse.policy.overlay.TestPostgres;
import dev.packhorse.server.HttpSettings;
import dev.packhorse.store.memory.MemoryStore;
import dev.packhorse.store.sftp.MinaServer;
import dev.packhorse.store.vfs.ftp.TestFtpServer;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever goes wrong with a credential, nobody is told it: no client, no log, no metric, and not who starts the gateway. */
@Timeout(300)
class CanaryTest {

    private static final String PASSWORD = Canary.secret("password");

    /** A store that needs a credential. */
    private record Place(String location, Map<String, String> options) {

        Place with(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(options);
            more.put(name, value);
            return new Place(location, more);
        }
    }

    @TempDir
    Path folder;

    private final Watch watch = new Watch();

    @SuppressWarnings("NullAway.Init")
    private TestGateway gateway;

    private int routes;
    private int loaded;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder.resolve("gateway"));
    }

    @AfterEach
    void nobodyHasBeenToldASecret() throws Exception {
        try {
            gateway.meters.getMeters().forEach(meter -> watch.said("metric", String.valueOf(meter.getId())));
            gateway.close();
            assertThat(watch.size()).isPositive();
            assertThat(watch.leaks()).isEmpty();
        } finally {
            watch.close();
        }
    }

    /** Each kind of store with each kind of credential. */
    private List<Place> places(int port) throws IOException {
        String host = "127.0.0.1:" + port;
        String known = Files.writeString(folder.resolve("known"), "").toString();
        String file =
                Files.writeString(folder.resolve("password"), PASSWORD + "\n").toString();
        String key = Files.writeString(
                        folder.resolve("account.json"),
                        "{\"type\": \"service_account\", \"client_id\": \"1\", \"client_email\": \"a@b\","
                                + " \"private_key_id\": \"2\", \"private_key\": \"" + PASSWORD + "\"}")
                .toString();
        List<Place> places = new ArrayList<>();
        for (String scheme :
                List.of("httpfs+http", "openhands+http", "jsonfs+http", "vfs:webdav4", "vfs:http5", "vfs:ftp")) {
            places.add(new Place(scheme + "://joe:" + PASSWORD + "@" + host + "/base", Map.of()));
        }
        for (String scheme : List.of("httpfs+http", "openhands+http")) {
            for (String each : List.of("api-key", "session-api-key", "bearer-token")) {
                places.add(new Place(scheme + "://" + host + "/base", Map.of(each, Canary.secret(each))));
            }
        }
        for (String scheme : List.of("httpfs+http", "openhands+http", "jsonfs+http", "vfs:ftp")) {
            places.add(new Place(scheme + "://joe@" + host + "/base", Map.of("password", PASSWORD)));
            places.add(new Place(scheme + "://joe@" + host + "/base", Map.of("password-file", file)));
        }
        places.add(new Place("vfs:zip:ftp://joe:" + PASSWORD + "@" + host + "/a.zip", Map.of()));
        places.add(new Place("vfs:tgz:http5://joe:" + PASSWORD + "@" + host + "/a.tgz", Map.of()));
        Map<String, String> sftp = Map.of("known-hosts", known);
        places.add(new Place("sftp://joe:" + PASSWORD + "@" + host + "/srv", sftp));
        places.add(new Place("sftp://joe@" + host + "/srv", sftp).with("password", PASSWORD));
        places.add(new Place("sftp://joe@" + host + "/srv", sftp).with("password-file", file));
        places.add(new Place("sftp://joe@" + host + "/srv", sftp)
                .with("key", file)
                .with("passphrase", Canary.secret("passphrase")));
        places.add(new Place("sftp://joe@" + host + "/srv", sftp)
                .with("password", PASSWORD)
                .with("jump", "joe:" + Canary.secret("jump") + "@127.0.0.1:1"));
        Place s3 = new Place(
                "s3://bucket/x",
                Map.of("endpoint", "http://" + host, "retries", "0", "access-key", "AKIA", "secret-key", PASSWORD));
        places.add(s3);
        places.add(s3.with("session-token", Canary.secret("session-token")));
        places.add(
                new Place("gs://bucket/x", Map.of("endpoint", "http://" + host, "retries", "0", "credentials", key)));
        places.add(
                new Place("gs://bucket/x", Map.of("endpoint", "http://" + host, "retries", "0", "credentials", file)));
        return places;
    }

    private static String yaml(String id, Place place) {
        StringBuilder parameters = new StringBuilder();
        place.options()
                .forEach((name, value) -> parameters
                        .append("              ")
                        .append(name)
                        .append(": \"")
                        .append(value)
                        .append("\"\n"));
        return """
                - route:
                    id: %s
                    from:
                      uri: export:/%s
                      steps:
                        - to:
                            uri: "store:%s"
                %s
                """.formatted(
                        id, id, place.location(), parameters.isEmpty() ? "" : "            parameters:\n" + parameters);
    }

    /** As some write it. */
    private static String yamlInOneLine(String id, Place place) {
        StringBuilder query = new StringBuilder();
        place.options()
                .forEach((name, value) -> query.append(query.isEmpty() ? "?" : "&")
                        .append(name)
                        .append('=')
                        .append(value));
        return """
                - route:
                    id: %s
                    from:
                      uri: export:/%s
                      steps:
                        - to: "store:%s%s"
                """.formatted(id, id, place.location(), query);
    }

    /** Loads a route, and asks its export for everything if it starts. */
    private void use(Place place, BiFunction<String, Place, String> written) throws Exception {
        String id = "r" + ++routes;
        try {
            gateway.load(Files.writeString(folder.resolve(id + ".yaml"), written.apply(id, place)), Map.of());
        } catch (StartException e) {
            watch.failed("start of " + id, e);
            return;
        }
        loaded++;
        String base = "/fs/" + id;
        for (String method : List.of("GET", "HEAD", "PUT", "PATCH", "DELETE", "MOVE", "COPY")) {
            send(
                    method,
                    base + "/a",
                    method.equals("PUT") ? "x" : "",
                    "Destination: " + base + "/b",
                    "Content-Mode: 33188");
        }
        for (String listing : List.of("/", "/...", "/:")) {
            send("GET", base + listing, "");
        }
    }

    private void send(String method, String target, String body, String... headers) throws IOException {
        try {
            TestGateway.Reply reply = gateway.send(method, target, body, headers);
            watch.said("answer to " + method + " " + target, reply.head() + "\n" + reply.body());
        } catch (SocketException e) {
            watch.said("answer to " + method + " " + target, "none");
        }
    }

    @Test
    void whatCannotBeReached() throws Exception {
        for (Place place : places(FreePort.take())) {
            use(place, CanaryTest::yaml);
            use(place, CanaryTest::yamlInOneLine);
        }
        assertThat(loaded).isGreaterThan(30);
    }

    @Test
    void whatSaysBackWhatItIsShown() throws Exception {
        for (int status : List.of(401, 403, 404, 409, 500, 503)) {
            try (EchoServer server = new EchoServer(EchoServer.Speech.HTTP)) {
                server.status(status);
                for (Place place : places(server.port())) {
                    if (!place.location().contains("ftp")) {
                        use(place, CanaryTest::yaml);
                    }
                }
                assertThat(server.heard()).anyMatch(head -> !Canary.in(head).isEmpty());
            }
        }
        try (EchoServer server = new EchoServer(EchoServer.Speech.NO_HTTP)) {
            for (Place place : places(server.port())) {
                if (!place.location().contains("ftp")) {
                    use(place, CanaryTest::yaml);
                }
            }
        }
        try (EchoServer server = new EchoServer(EchoServer.Speech.FTP)) {
            for (Place place : places(server.port())) {
                if (place.location().contains("ftp")) {
                    use(place, CanaryTest::yaml);
                }
            }
            assertThat(server.heard()).contains("PASS " + PASSWORD);
        }
    }

    @Test
    void whatTheOperatorGetsWrong() throws Exception {
        for (Place place : places(FreePort.take())) {
            for (Place wrong : List.of(
                    place.with("unknown", PASSWORD),
                    place.with("connect-timeout", "soon"),
                    place.with("dialect", "none"),
                    new Place(place.location().replace("127.0.0.1", "127.0.0.1 x"), place.options()),
                    new Place(place.location().replace("127.0.0.1", "[127.0.0.1"), place.options()),
                    new Place(place.location().replaceFirst(":\\d+/", ":99999/"), place.options()),
                    new Place(place.location().replaceFirst(":\\d+/", ":/"), place.options()),
                    new Place(place.location() + "%zz{}|^`", place.options()),
                    new Place("no" + place.location(), place.options()))) {
                use(wrong, CanaryTest::yaml);
                use(wrong, CanaryTest::yamlInOneLine);
            }
        }
    }

    @Test
    void wrongPasswordsOfRealServers() throws Exception {
        Path known = folder.resolve("hosts");
        try (MinaServer sftp = new MinaServer(known);
                TestFtpServer ftp = new TestFtpServer(TestFtpServer.Kind.RICH)) {
            use(
                    new Place(
                            "sftp://" + MinaServer.USER + ":" + PASSWORD + "@127.0.0.1:" + sftp.port() + "/x",
                            Map.of("known-hosts", known.toString())),
                    CanaryTest::yaml);
            use(
                    new Place(
                            "vfs:ftp://" + TestFtpServer.USER + ":" + PASSWORD + "@127.0.0.1:" + ftp.port() + "/",
                            Map.of()),
                    CanaryTest::yaml);
        }
    }

    /** A credential is for whom it was given, and for nobody to whom that one leads. */
    @Test
    void whatLeadsElsewhere() throws Exception {
        try (EchoServer elsewhere = new EchoServer(EchoServer.Speech.HTTP);
                EchoServer server = new EchoServer(EchoServer.Speech.HTTP)) {
            for (int status : List.of(302, 307)) {
                server.redirect(status, "http://localhost:" + elsewhere.port() + "/stolen");
                for (Place place : places(server.port())) {
                    if (!place.location().contains("ftp")) {
                        use(place, CanaryTest::yaml);
                    }
                }
            }
            assertThat(server.heard()).isNotEmpty();
            assertThat(elsewhere.heard())
                    .allSatisfy(head -> assertThat(Canary.in(head)).isEmpty());
        }
    }

    @Test
    void whatClientsShowOfThemselves() throws Exception {
        String right = Canary.secret("front");
        String yaml = """
                - route:
                    id: shown
                    from:
                      uri: export:/shown
                      parameters:
                        protocols: httpfs, jsonfs, openhands, openhands-webhook, replay
                        openhands.api-key: %1$s
                        openhands.session-api-key: %1$s
                        openhands.bearer-token: %1$s
                        openhands.user: joe
                        openhands.password: %1$s
                      steps:
                        - to: store:memory:shown
                """.formatted(right);
        gateway.load(Files.writeString(folder.resolve("shown.yaml"), yaml), Map.of());
        for (String secret : List.of(right, Canary.secret("wrong"))) {
            String basic = Base64.getEncoder().encodeToString(("joe:" + secret).getBytes(UTF_8));
            for (String header : List.of(
                    "X-API-Key: " + secret,
                    "X-Session-API-Key: " + secret,
                    "Authorization: Bearer " + secret,
                    "Authorization: Basic " + basic,
                    "Authorization: Basic " + secret,
                    "Authorization: Digest " + secret,
                    "Proxy-Authorization: Basic " + basic,
                    "Cookie: session=" + secret)) {
                for (String base : List.of("/fs", "/jsonfs", "/openhands", "/openhands-webhook", "/nowhere", "")) {
                    for (String method : List.of("GET", "PUT", "POST", "DELETE", "MOVE", "BREW", "OPTIONS", "TRACE")) {
                        send(method, base + "/shown/a?token=" + secret, "{}", header, "Destination: /fs/shown/b");
                    }
                    send("GET", "http://joe:" + secret + "@h" + base + "/shown/a", "", header);
                    send("GET", base + "/shown/%zz", "", header);
                    send("GET", base + "/shown/a b", "", header);
                    send("GET", base + "/shown/a", "", header, "Host: two");
                    send("GET", base + "/shown/a", "", header + "\u0000", "Host: h");
                    send("GET", base + "/broken/a", "", header);
                }
            }
        }
        assertThat(gateway.send("GET", "/openhands/shown/files/", "", "X-API-Key: " + right)
                        .status())
                .isNotEqualTo(401);
    }

    @Test
    void whatTheOperatorGetsWrongInAFront() throws Exception {
        String secret = Canary.secret("front");
        for (String parameters : List.of(
                "openhands.api-keys: " + secret,
                "openhands.password: " + secret,
                "openhands.user: 'a:b', openhands.password: " + secret,
                "openhands.api-key: '', openhands.bearer-token: " + secret,
                "openhands.api-key: " + secret + ", max-body: big",
                "openhands.api-key: " + secret + ", protocols: gopher",
                "openhands.api-key: [" + secret + "]",
                "openhands.api-key: {{" + "nowhere}}, openhands.bearer-token: " + secret,
                "openhands.api-key: " + secret + "\n  x: y",
                "openhands.api-key: \"" + secret)) {
            for (String from : List.of(
                    "from: {uri: 'export:/x', parameters: {protocols: openhands, " + parameters
                            + "}, steps: [{to: 'store:memory:x'}]}",
                    "from: {uri: 'export:/x?protocols=openhands&"
                            + parameters.replace(", ", "&").replace(": ", "=").replace("'", "")
                            + "', steps: [{to: 'store:memory:x'}]}")) {
                Path file = Files.writeString(folder.resolve("wrong.yaml"), "- route:\n    id: x\n    " + from + "\n");
                try {
                    gateway.load(file, Map.of());
                } catch (StartException e) {
                    watch.failed("start", e);
                }
            }
        }
    }

    @Test
    void receiversOfWebhooks() throws Exception {
        try (EchoServer echo = new EchoServer(EchoServer.Speech.HTTP);
                EchoServer odd = new EchoServer(EchoServer.Speech.NO_HTTP);
                EchoServer elsewhere = new EchoServer(EchoServer.Speech.HTTP);
                EchoServer leading = new EchoServer(EchoServer.Speech.HTTP)) {
            leading.redirect(307, "http://localhost:" + elsewhere.port() + "/");
            int number = 0;
            for (int port : List.of(echo.port(), odd.port(), leading.port(), FreePort.take())) {
                number++;
                String yaml = """
                        - route:
                            id: source%1$d
                            from:
                              uri: export:/source%1$d
                              steps:
                                - to: store:memory:source%1$d
                        - route:
                            id: hook%1$d
                            from:
                              uri: changes:/source%1$d
                              steps:
                                - to:
                                    uri: openhands-webhook:http://127.0.0.1:%2$d/hook
                                    parameters:
                                      secret: %3$s
                                      header.Authorization: Bearer %4$s
                                      header.X-Session-API-Key: %5$s
                                      tries: 1
                                      retry: openhands
                        """.formatted(
                                number, port, Canary.secret("hmac"), Canary.secret("header"), Canary.secret("session"));
                gateway.load(Files.writeString(folder.resolve("hook" + number + ".yaml"), yaml), Map.of());
                send("PUT", "/fs/source" + number + "/a", "x");
                send("DELETE", "/fs/source" + number + "/a", "");
            }
            await().until(() -> gateway.waiting() == 0);
            assertThat(echo.heard()).anyMatch(head -> !Canary.in(head).isEmpty());
            assertThat(echo.heard()).noneMatch(head -> head.contains(Canary.secret("hmac")));
            assertThat(elsewhere.heard()).isEmpty();
        }
        for (String wrong : List.of(
                "openhands-webhook:http://joe:" + PASSWORD + "@h/",
                "openhands-webhook:http://h/?token=" + PASSWORD,
                "openhands-webhook:http://h/ ?secret=" + PASSWORD,
                "openhands-webhook:ftp://h/?secret=" + PASSWORD,
                "openhands-webhook:http://h/?secret=" + PASSWORD + "&tries=many",
                "openhands-webhook:http://h/?header.X-A=" + PASSWORD + "%0a&secret=" + PASSWORD,
                "openhands-webhook:http://h/?sekret=" + PASSWORD)) {
            String yaml = "- route:\n    id: w\n    from:\n      uri: changes:/files\n      steps:\n        - to: \""
                    + wrong + "\"\n";
            try {
                gateway.load(Files.writeString(folder.resolve("w.yaml"), yaml), Map.of());
            } catch (StartException e) {
                watch.failed("start", e);
            }
        }
    }

    /** Of the database and of the configuration. */
    @Test
    void theStateDatabase() throws Exception {
        String url = "jdbc:postgresql://127.0.0.1:" + FreePort.take() + "/state";
        for (String each : List.of(
                url,
                url + "?password=" + PASSWORD,
                url + "?user=joe&password=" + PASSWORD + "&sslmode=require",
                url.replace("127.0.0.1", "joe:" + PASSWORD + "@127.0.0.1"),
                url.replace("/state", "/a b?password=" + PASSWORD),
                "jdbc:postgresql:?password=" + PASSWORD,
                "postgresql://joe:" + PASSWORD + "@127.0.0.1/state",
                TestPostgres.url(TestPostgres.empty()).replaceFirst("[?].*", "") + "?user=nobody&password="
                        + PASSWORD)) {
            try (StateDatabase database = StateDatabase.open(folder.resolve("db"), configured(each))) {
                database.awaitReady();
                watch.said("database", "is up");
            } catch (StartException | IOException e) {
                watch.failed("database", e);
            }
        }
    }

    private static PackhorseConfig.Database configured(String url) {
        return new PackhorseConfig.Database() {
            @Override
            public Optional<String> url() {
                return Optional.of(url);
            }

            @Override
            public Optional<String> user() {
                return Optional.of("joe");
            }

            @Override
            public Optional<String> password() {
                return Optional.of(PASSWORD);
            }
        };
    }

    /** Steps of Camel have their own ways to hold a password. */
    @Test
    void stepsOfRoutes() throws Exception {
        int number = 0;
        for (String step : List.of(
                "to: 'http://joe:" + PASSWORD + "@127.0.0.1:1/x'",
                "to: 'http://127.0.0.1:1/x?authUsername=joe&authPassword=" + PASSWORD + "&authMethod=Basic'",
                "toD: 'http://joe:" + PASSWORD + "@127.0.0.1:1/${header.PackhorsePath}'",
                "wireTap: {uri: 'http://joe:" + PASSWORD + "@127.0.0.1:1/x'}",
                "setHeader: {name: Authorization, constant: 'Bearer " + PASSWORD + "'}",
                "toD: 'store:sftp://joe:" + PASSWORD + "@127.0.0.1:1/x'",
                "enrich: {constant: 'store:httpfs+http://joe:" + PASSWORD + "@127.0.0.1:1/x'}")) {
            String id = "step" + ++number;
            String yaml = "- route:\n    id: " + id + "\n    from:\n      uri: export:/" + id
                    + "\n      steps:\n        - " + step + "\n        - to: store:memory:" + id + "\n";
            try {
                gateway.load(Files.writeString(folder.resolve(id + ".yaml"), yaml), Map.of());
            } catch (StartException e) {
                watch.failed("start", e);
                continue;
            }
            send("GET", "/fs/" + id + "/a", "");
            send("PUT", "/fs/" + id + "/a", "x");
        }
    }

    /** Users, keys and tokens of the configuration, with an audit log that is looked at as well. */
    @Test
    void whatUsersShow() throws Exception {
        String password = Canary.secret("user");
        String key = Canary.secret("api-key");
        Path users = Files.writeString(
                folder.resolve("users"),
                "ann:" + Sha2Crypt.sha512Crypt(password.getBytes(UTF_8), "$6$rounds=5000$saltsaltsalt") + "\n");
        Path keys = Files.writeString(
                folder.resolve("keys"), "k1 " + DigestUtils.sha256Hex(key) + " ann read+list * never\n");
        Path log = folder.resolve("audit.log");
        AuditWiring audit =
                AuditWiring.of(AuditLog.to(AuditFile.open(log, AuditFile.Options.DEFAULT), AuditLog.Options.DEFAULT));
        try (audit;
                StateDatabase database = StateDatabase.open(folder.resolve("logins"));
                Identities identities =
                        new Identities(new IdentityFiles(users, null, keys, null), InstantSource.system())) {
            database.awaitReady();
            identities.load();
            LoginGuard.Limits limits = new LoginGuard.Limits(1000, Duration.ofMinutes(1), 1000, Duration.ofMinutes(1));
            LoginGuard guard = new LoginGuard(database.source(), limits, InstantSource.system());
            Callers callers =
                    new KnownCallers(identities, new Authenticator(identities, null, guard, InstantSource.system()));
            try (TestGateway known = new TestGateway(folder.resolve("known"), HttpSettings.DEFAULT, callers, audit)) {
                known.export(
                        "x",
                        Map.of("access", "ann:rw", "token", "true", "protocols", "httpfs,jsonfs,openhands"),
                        new MemoryStore(1 << 20));
                List<String> statuses = new ArrayList<>();
                for (String shown : List.of(password, "ph_k1_" + key, "ph_k2_" + key, Canary.secret("wrong"))) {
                    for (String header : List.of(
                            "Authorization: Basic "
                                    + Base64.getEncoder().encodeToString(("ann:" + shown).getBytes(UTF_8)),
                            "Authorization: Basic "
                                    + Base64.getEncoder().encodeToString((shown + ":x").getBytes(UTF_8)),
                            "Authorization: Bearer " + shown,
                            "Authorization: Bearer eyJhbGciOiJub25lIn0." + shown + ".x",
                            "X-API-Key: " + shown,
                            "X-Session-API-Key: " + shown)) {
                        for (String target : List.of("/fs/x/a", "/jsonfs/x/a", "/openhands/x/files/a", "/fs/")) {
                            TestGateway.Reply reply = known.send("GET", target, "", header);
                            watch.said("answer", reply.head() + reply.body());
                            statuses.add(String.valueOf(reply.status()));
                        }
                    }
                    TestGateway.Reply reply = known.send("PUT", "/fs/x/b?token=" + shown, "x");
                    watch.said("answer", reply.head() + reply.body());
                    statuses.add(String.valueOf(reply.status()));
                }
                assertThat(statuses).contains("401", "404", "200");
            }
        }
        watch.said("audit log", Files.readString(log));
    }

    @Test
    void whatIsWrongInFilesOfUsers() throws Exception {
        String secret = Canary.secret("file");
        for (String line : List.of(
                "ann:" + secret,
                "ann:{SHA}" + secret,
                "ann:$apr1$" + secret,
                "ann:$2y$" + secret,
                "ann:$argon2id$" + secret,
                "ann:$6$" + secret,
                secret,
                "k1 " + secret + " ann rw * never",
                "k1 0 " + secret + " rw * never")) {
            Path file = Files.writeString(folder.resolve("wrong"), line + "\n");
            for (IdentityFiles files : List.of(
                    new IdentityFiles(file, null, null, null),
                    new IdentityFiles(null, null, file, null),
                    new IdentityFiles(null, null, null, file))) {
                try (Identities identities = new Identities(files, InstantSource.system())) {
                    identities.load();
                    watch.said("identities", "are well");
                } catch (IOException e) {
                    watch.failed("identities", e);
                }
            }
        }
    }
}
