package dev.packhorse.gateway;

import static dev.packhorse.change.TestOutbox.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.change.Change;
import dev.packhorse.change.Change.Operation;
import dev.packhorse.change.Delivery;
import dev.packhorse.change.TestOutbox;
import dev.packhorse.change.webhook.Webhook;
import dev.packhorse.change.webhook.WebhookOptions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import dev.packhorse.store.s3.S3Server;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks over a socket, through a route, into a folder. */
class WebhookTest {

    @TempDir
    Path folder;

    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    @Test
    void bothFormsOfAnAddressAndBatchesEndInTheFolder() throws Exception {
        // Given: how a plain sender joins its address with a path, with a slash at its end and without one.
        assertThat(gateway.send("POST", "/openhands-webhook/hooked/sessions/1/a", "plain")
                        .status())
                .isEqualTo(200);
        assertThat(gateway.send("POST", "/openhands-webhook/hookedsessions/1/b%20c", "bare")
                        .status())
                .isEqualTo(200);
        assertThat(gateway.send("POST", "/openhands-webhook/hooked", """
                                [{"method":"POST","path":"sessions/2/c","content":"batched"},{"method":"DELETE","path":"sessions/1/a"}]""").body())
                .isEqualTo("[]");

        Path sessions = gateway.root.resolve("sessions");
        await().untilAsserted(() -> {
            assertThat(sessions.resolve("2/c")).hasContent("batched");
            assertThat(sessions.resolve("1/b c")).hasContent("bare");
            assertThat(sessions.resolve("1/a")).doesNotExist();
        });
        await().untilAsserted(() -> assertThat(
                        folder.resolve("spool/webhook/hooked").toFile().list())
                .containsExactly(".lock"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTreeThatAPackhorseSendsArrivesWhole(boolean batch) throws Exception {
        // Given: files that are requests of their own, also in batches.
        Store sent = new MemoryStore(1 << 20);
        sent.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        for (int i = 0; i < 3; i++) {
            TestOutbox.write(sent, "/d/" + i, "0123456789");
        }
        WebhookOptions usual = WebhookOptions.of(
                URI.create("http://127.0.0.1:" + gateway.listener.getPort() + "/openhands-webhook/hooked"));
        WebhookOptions options = new WebhookOptions(
                usual.url(), batch, usual.joining(), usual.retry(), usual.timeouts(), 1, 10, 1, Map.of(), null);
        Change copy = new Change(1, path("/x"), Operation.COPY, path("/s"), path("/d"), Instant.EPOCH, false, 0);

        CompletableFuture<String> result = new CompletableFuture<>();
        try (Webhook webhook = Webhook.open(options, new LongAdder())) {
            webhook.accept(
                    new Delivery(copy, sent, new AtomicLong(), 0), failure -> result.complete(String.valueOf(failure)));
            assertThat(result.get(1, TimeUnit.MINUTES)).isEqualTo("null");
        }

        await().untilAsserted(() ->
                assertThat(gateway.root.resolve("d").toFile().list()).containsExactlyInAnyOrder("0", "1", "2"));
    }

    @Test
    void whatBecomesOfItIsCounted() throws Exception {
        gateway.send("POST", "/openhands-webhook/hooked/a", "1");
        gateway.send("POST", "/openhands-webhook/hooked/a/below-a-file", "2");
        gateway.send("POST", "/openhands-webhook/hooked", """
                [{"method":"POST","path":"b","content":"3"},{"method":"BREW","path":"c"},{"method":"POST","path":"../d"}]""");

        await().untilAsserted(() -> {
            assertThat(counted("packhorse.webhook.applied")).isEqualTo(2);
            assertThat(counted("packhorse.webhook.failed")).isEqualTo(1);
            assertThat(counted("packhorse.webhook.refused")).isEqualTo(2);
            assertThat(gateway.meters
                            .get("packhorse.webhook.backlog")
                            .tag("export", "/hooked")
                            .gauge()
                            .value())
                    .isZero();
        });
    }

    @Test
    void whatIsDroppedOnItsWayIsCounted() throws Exception {
        gateway.load(Files.writeString(folder.resolve("dropping.yaml"), """
                - route:
                    from:
                      uri: changes:/files
                      steps:
                        - to: openhands-webhook:http://127.0.0.1:1/hook?retry=openhands&try-pause=5ms
                """), Map.of());

        gateway.send("PUT", "/fs/files/a", "1");

        await().untilAsserted(() -> assertThat(gateway.meters
                        .get("packhorse.webhook.dropped")
                        .functionCounter()
                        .count())
                .isEqualTo(1));
    }

    private double counted(String meter) {
        return gateway.meters
                .get(meter)
                .tag("export", "/hooked")
                .functionCounter()
                .count();
    }

    @Test
    void aBucketAndADeviceAreMirrorsToo() throws Exception {
        try (S3Server server = S3Server.start(Files.createDirectory(folder.resolve("s3proxy")))) {
            Path photos = Files.createDirectories(folder.resolve("photos"));
            gateway.load(
                    Files.writeString(folder.resolve("mirrors.yaml"), """
                    - route:
                        from:
                          uri: export:/device/Photo
                          parameters:
                            protocols: replay
                          steps:
                            - to: store:file:%s
                    - route:
                        from:
                          uri: export:/on-device
                          parameters:
                            protocols: httpfs, openhands-webhook
                          steps:
                            - to: store:replay://127.0.0.1:%s
                    - route:
                        from:
                          uri: export:/on-s3
                          parameters:
                            protocols: httpfs, openhands-webhook
                          steps:
                            - to:
                                uri: store:s3://%s
                                parameters:
                                  endpoint: http://127.0.0.1:%s
                                  access-key: %s
                                  secret-key: %s
                    """.formatted(
                                    photos,
                                    gateway.bindDevice(),
                                    server.bucket(),
                                    server.port(),
                                    server.credentials().accessKey(),
                                    server.credentials().secretKey())),
                    Map.of());
            for (String export : List.of("on-device", "on-s3")) {
                gateway.send("POST", "/openhands-webhook/" + export, """
                        [{"method":"POST","path":"Photo/a.jpg","content":"1"},{"method":"POST","path":"Photo/b.jpg","content":"2"},
                         {"method":"DELETE","path":"Photo/a.jpg"}]""");

                await().untilAsserted(() -> {
                    assertThat(gateway.send("GET", "/fs/" + export + "/Photo/b.jpg", "")
                                    .body())
                            .isEqualTo("2");
                    assertThat(gateway.send("GET", "/fs/" + export + "/Photo/a.jpg", "")
                                    .status())
                            .isEqualTo(404);
                });
            }
        }
    }

    @Test
    void anExportThatCannotBeWrittenIsNoMirror() throws Exception {
        Path zip = folder.resolve("a.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("a"));
        }
        Path routes = folder.resolve("unwritable.yaml");
        for (String route : List.of(
                "export:/on-zip?protocols=openhands-webhook', steps: [{to: 'store:vfs:zip:" + zip.toUri(),
                "export:/on-files?protocols=openhands-webhook&read-only=true', steps: [{to: 'store:memory:unwritable")) {
            Files.writeString(routes, "- route: {id: mirror, from: {uri: '" + route + "'}]}}");

            assertThatThrownBy(() -> gateway.load(routes, Map.of()))
                    .isInstanceOf(StartException.class)
                    .hasMessage(
                            routes
                                    + ": route mirror: openhands-webhook writes what it receives, and this export cannot be written");

            gateway.remove("mirror");
        }
    }

    /** Each option has its place in {@code OpenHandsWebhookComponentTest}; here is what becomes of one that has none. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            http://127.0.0.1:1/hook?batsh=true | unknown option 'batsh', options are batch, batch-size, batch-timeout, connect-timeout, header.*, max-delay, parallel, path-joining, retry, secret, timeout, tries, try-pause
            http://127.0.0.1:1/hook?retry=never | option retry = 'never' is not one of openhands, durable
            http://127.0.0.1:1/hook?batch-size=many | option batch-size = 'many' is not a size such as 64m
            http://127.0.0.1:1/hook?max-delay=soon | option max-delay = 'soon' is not a duration such as 30s
            http://127.0.0.1:1/hook?header.Host=other | 'host' cannot be set as a header
            http://joe:secret@h/hook | the URL of a webhook has no user, query or fragment; credentials go into a header
            ftp://h/hook | a webhook needs a URL such as https://host/path
            """)
    void anOptionThatMakesNoSenseStopsTheStartInOneLine(String webhook, String reason) throws Exception {
        Path routes = Files.writeString(
                folder.resolve("bad.yaml"),
                "- route: {id: tell, from: {uri: 'changes:/files', steps: [{to: 'openhands-webhook:" + webhook
                        + "'}]}}");

        assertThatThrownBy(() -> gateway.load(routes, Map.of()))
                .isInstanceOf(StartException.class)
                .hasMessage(routes + ": route tell: " + reason);
    }

    @Test
    void aPathThatLeadsOutIsRefused() throws Exception {
        assertThat(gateway.send("POST", "/openhands-webhook/hooked/../x", "x").status())
                .isEqualTo(400);
        assertThat(gateway.send("POST", "/openhands-webhook/hooked..", "x").status())
                .isEqualTo(400);
        assertThat(gateway.send("POST", "/openhands-webhook/nowhere", "x").status())
                .isEqualTo(404);
    }

    @Test
    void whatWasTakenIsThereAfterAStopAndAStart() throws Exception {
        // Given: a folder that is no folder, so that nothing can be applied.
        Path moved = Files.move(gateway.root, folder.resolve("moved"));
        assertThat(gateway.send("POST", "/openhands-webhook/hooked/a", "kept").status())
                .isEqualTo(200);
        gateway.close();
        Files.move(moved, gateway.root);

        gateway = new TestGateway(folder);

        await().untilAsserted(() -> assertThat(gateway.root.resolve("a")).hasContent("kept"));
    }
}
