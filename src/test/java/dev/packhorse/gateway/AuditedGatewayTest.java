package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.packhorse.policy.observe.AuditFile;
import dev.packhorse.policy.observe.AuditLines;
import dev.packhorse.policy.observe.AuditLog;
import dev.packhorse.server.HttpSettings;
import dev.packhorse.server.RawClient;
import dev.packhorse.store.local.LocalStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the audit log says of requests, over whatever protocol they came. */
class AuditedGatewayTest {

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private AuditWiring audit;

    @SuppressWarnings("NullAway.Init")
    private TestGateway gateway;

    private Path files = Path.of("");

    @BeforeEach
    void start() throws Exception {
        files = Files.createDirectory(folder.resolve("files"));
        start(folder.resolve("audit.log"), Duration.ofSeconds(30));
    }

    private void start(Path log, Duration patience) throws Exception {
        audit = AuditWiring.of(AuditLog.to(
                AuditFile.open(log, AuditFile.Options.DEFAULT),
                new AuditLog.Options(false, AuditLog.WhenFull.REFUSE, patience)));
        gateway = new TestGateway(folder.resolve("gateway"), HttpSettings.DEFAULT, new TestCallers(), audit);
        gateway.export(
                "x",
                Map.of(
                        "protocols",
                        "httpfs,jsonfs,openhands,openhands-webhook,replay",
                        "access",
                        "writer:rw, reader:r, @127.0.0.0/8:rw",
                        "openhands.api-key",
                        "key"),
                LocalStore.open(files, LocalStore.Options.DEFAULT));
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        audit.close();
    }

    /** All that the log says, in its order, once everything is in it. */
    private List<Map<String, Object>> lines() throws Exception {
        gateway.close();
        audit.close();
        return AuditLines.of(folder.resolve("audit.log"));
    }

    /** Of lists and long reads the line comes behind the answer, and may come behind that of the next request. */
    private void awaitLines(int count) {
        await().until(() -> {
            try (Stream<String> lines = Files.lines(folder.resolve("audit.log"))) {
                return lines.count() == count;
            }
        });
    }

    private int send(String method, String target, String body, String caller, String... headers) throws Exception {
        String[] all = Stream.concat(Stream.of(TestCallers.as(caller)), Stream.of(headers))
                .toArray(String[]::new);
        return gateway.send(method, target, body, all).status();
    }

    @Test
    void eachRequestIsALineWithItsCaller() throws Exception {
        // When
        send("PUT", "/fs/x/a", "12345", "writer");
        send("GET", "/fs/x/a", "", "reader");
        send("COPY", "/fs/x/a", "", "writer", "Destination: /fs/x/b");
        send("GET", "/fs/x/", "", "reader");
        awaitLines(4);
        send("DELETE", "/fs/x/b", "", "writer");
        send("HEAD", "/fs/x/a", "", "reader");

        // Then
        assertThat(lines())
                .allSatisfy(line -> assertThat(line)
                        .containsEntry("protocol", "httpfs")
                        .containsEntry("export", "/x")
                        .containsEntry("address", "192.0.2.7")
                        .containsEntry("status", "ok")
                        .containsKey("request"))
                .extracting(
                        line -> line.get("caller"),
                        line -> line.get("operation"),
                        line -> line.get("path"),
                        line -> line.get("target"),
                        line -> line.get("bytes"))
                .containsExactly(
                        tuple("writer", "write", "/a", null, 5L),
                        tuple("reader", "read", "/a", null, 5L),
                        tuple("writer", "copy", "/a", "/b", 5L),
                        tuple("reader", "list", "/", null, null),
                        tuple("writer", "remove", "/b", null, null));
    }

    @Test
    void whatIsDeniedIsALine() throws Exception {
        // When
        assertThat(send("PUT", "/fs/x/a", "12345", "reader")).isEqualTo(403);
        assertThat(send("GET", "/fs/x/a", "", "other")).isEqualTo(403);
        assertThat(send("GET", "/fs/x/a", "", "")).isEqualTo(401);
        assertThat(send("OPTIONS", "/fs/x/a", "", "other")).isEqualTo(403);
        assertThat(send("POST", "/openhands-webhook/x/a", "12345", "reader")).isEqualTo(403);

        // Then
        assertThat(lines())
                .allSatisfy(line -> assertThat(line).containsEntry("status", "permission-denied"))
                .extracting(line -> line.get("caller") + " " + line.get("operation") + " " + line.get("path"))
                .contains("reader write /a", "other read /a", "anonymous read /a", "other stat /")
                .filteredOn(each -> each.equals("reader write /a"))
                .hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void whatAFrontLooksAtForItselfIsNoLine() throws Exception {
        // Given
        Files.writeString(files.resolve("a"), "12345");
        Files.createDirectories(files.resolve("private"));
        Files.createSymbolicLink(files.resolve("absolute"), Path.of("/none"));
        Files.createSymbolicLink(files.resolve("hidden"), Path.of("private"));
        Files.createSymbolicLink(files.resolve("shown"), Path.of("a"));
        gateway.export(
                "y",
                Map.of("protocols", "jsonfs", "access", "reader:r; /private/**: writer:r"),
                LocalStore.open(files, LocalStore.Options.DEFAULT));

        // When
        assertThat(send("GET", "/jsonfs/x", "", "reader")).isEqualTo(200);
        awaitLines(1);
        assertThat(send("GET", "/jsonfs/y", "", "reader")).isEqualTo(200);
        awaitLines(2);
        assertThat(send("GET", "/jsonfs/y/a", "", "other")).isEqualTo(404);
        assertThat(send("HEAD", "/jsonfs/y/private", "", "reader")).isEqualTo(404);

        // Then
        assertThat(lines())
                .extracting(line -> line.get("operation") + " " + line.get("path") + " " + line.get("status"))
                .containsExactly(
                        "list / ok", "list / ok", "read /a permission-denied", "stat /private permission-denied");
    }

    @Test
    void aWrongCredentialIsALineWithoutIt() throws Exception {
        // When
        String wrong = "Authorization: " + TestCallers.basic("writer", "hush-hush");
        assertThat(gateway.send("GET", "/fs/x/a", "", wrong).status()).isEqualTo(401);
        assertThat(gateway.send("GET", "/fs/", "", wrong).status()).isEqualTo(401);
        assertThat(gateway.send("GET", "/jsonfs/x/a", "", wrong).status()).isEqualTo(404);
        assertThat(gateway.send("GET", "/openhands/x/files/a", "", "X-API-Key: hush")
                        .status())
                .isEqualTo(401);

        // Then
        assertThat(lines())
                .hasSize(4)
                .allSatisfy(line -> assertThat(line)
                        .containsEntry("operation", "login")
                        .containsEntry("status", "refused")
                        .containsEntry("address", "127.0.0.1"));
        assertThat(Files.readString(folder.resolve("audit.log"))).doesNotContain("hush", wrong.substring(21));
    }

    @Test
    void aCredentialThatIsNotLookedAtIsALine() throws Exception {
        // When
        String barred = "Authorization: Bearer barred";
        assertThat(gateway.send("GET", "/fs/x/a", "", barred).status()).isEqualTo(429);
        assertThat(gateway.send("GET", "/fs/", "", barred).status()).isEqualTo(429);

        // Then
        assertThat(lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .containsEntry("operation", "login")
                        .containsEntry("status", "refused")
                        .containsEntry("address", "127.0.0.1"));
    }

    @Test
    void theListOfTheExportsIsALine() throws Exception {
        // When
        assertThat(send("GET", "/fs/", "", "reader")).isEqualTo(200);

        // Then
        assertThat(lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .containsEntry("caller", "reader")
                        .containsEntry("address", "192.0.2.7")
                        .containsEntry("protocol", "httpfs")
                        .containsEntry("export", "/")
                        .containsEntry("operation", "list")
                        .containsEntry("path", "/")
                        .containsEntry("status", "ok")
                        .containsKey("request"));
    }

    @Test
    void aFileStoreSaysWhoHasShownItsKey() throws Exception {
        // When
        gateway.send("POST", "/openhands/x/files/d/a", "12", "X-API-Key: key");

        // Then
        assertThat(lines())
                .filteredOn(line -> "write".equals(line.get("operation")))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .containsEntry("caller", "openhands:/x")
                        .containsEntry("protocol", "openhands")
                        .containsEntry("path", "/d/a"));
    }

    @Test
    void aWebhookIsALineWhenItIsApplied() throws Exception {
        // When
        assertThat(send("POST", "/openhands-webhook/x/a", "12345", "writer")).isEqualTo(200);
        await().until(() -> Files.exists(files.resolve("a")));

        // Then
        assertThat(lines())
                .filteredOn(line -> "write".equals(line.get("operation")))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .containsEntry("caller", "writer")
                        .containsEntry("address", "192.0.2.7")
                        .containsEntry("protocol", "openhands-webhook")
                        .containsEntry("status", "ok"));
    }

    @Test
    void aDeviceSaysWhereItsClientsAre() throws Exception {
        // When
        try (RawClient client = new RawClient(gateway.devicePort())) {
            client.send("GET /httpfs-mkdir?name=\"/x/d\" HTTP/1.1\r\n\r\n").readAll();
        }

        // Then
        assertThat(lines())
                .filteredOn(line -> "makeDirectory".equals(line.get("operation")))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .containsEntry("caller", "anonymous")
                        .containsEntry("address", "127.0.0.1")
                        .containsEntry("protocol", "replay")
                        .containsEntry("export", "/x")
                        .containsEntry("path", "/d"));
    }

    @Test
    void whatTheKernelSendsIsCounted() throws Exception {
        // Given
        Files.write(files.resolve("large"), new byte[1_000_000]);

        // When
        assertThat(gateway.send("GET", "/fs/x/large", "").body()).hasSize(1_000_000);
        awaitLines(1);
        assertThat(gateway.send("GET", "/fs/x/large", "", "Range: bytes=10-99").body())
                .hasSize(90);

        // Then
        assertThat(lines()).extracting(line -> line.get("bytes")).containsExactly(1_000_000L, 90L);
    }

    @Test
    void aLogWithoutRoomMakesChangesFailAndClientsComeBack() throws Exception {
        // Given
        assumeTrue(Files.exists(Path.of("/dev/full")));
        stop();
        Outside.clear(folder.resolve("gateway"));
        start(Path.of("/dev/full"), Duration.ofMillis(100));
        assertThat(gateway.send("PUT", "/fs/x/made", "x").status()).isEqualTo(503);

        // When
        TestGateway.Reply refused = gateway.send("PUT", "/fs/x/refused", "x");

        // Then
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).matches("\\d+");
        assertThat(files.resolve("refused")).doesNotExist();
        assertThat(gateway.send("GET", "/fs/x/made", "").body()).isEqualTo("x");
        assertThat(audit.state()).isEqualTo("behind");
    }

    @Test
    void aPlaceThatCannotBeWrittenStopsTheStart() {
        // When
        AuditWiring nowhere = AuditWiring.of(configured(folder.toString()), new SimpleMeterRegistry());

        // Then
        assertThatThrownBy(nowhere::check)
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith("packhorse.audit = '" + folder + "' cannot be written: ");
    }

    @Test
    void whatIsWantedIsOpenedAndCounted() throws Exception {
        // Given
        SimpleMeterRegistry meters = new SimpleMeterRegistry();

        // When
        try (AuditWiring wanted = AuditWiring.of(
                        configured(folder.resolve("new/audit.log").toString()), meters);
                AuditWiring off = AuditWiring.of(configured("off"), meters)) {
            wanted.check();
            off.check();

            // Then
            assertThat(wanted.state()).isEqualTo("written");
            assertThat(off.state()).isEqualTo("off");
            assertThat(folder.resolve("new/audit.log")).exists();
            assertThat(meters.getMeters())
                    .extracting(meter -> meter.getId().getName())
                    .containsExactlyInAnyOrder(
                            "packhorse.audit.dropped",
                            "packhorse.audit.refused",
                            "packhorse.audit.behind",
                            "packhorse.audit.waiting.bytes");
        }
    }

    private static PackhorseConfig.Audit configured(String to) {
        return new PackhorseConfig.Audit() {
            @Override
            public String to() {
                return to;
            }

            @Override
            public MemorySize maxSize() {
                return new MemorySize(BigInteger.valueOf(1 << 20));
            }

            @Override
            public int keep() {
                return 10;
            }

            @Override
            public boolean stat() {
                return false;
            }

            @Override
            public boolean durable() {
                return false;
            }

            @Override
            public AuditLog.WhenFull whenFull() {
                return AuditLog.WhenFull.REFUSE;
            }
        };
    }
}
