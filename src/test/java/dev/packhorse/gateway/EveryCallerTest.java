package dev.packhorse.gateway;

import static dev.packhorse.identity.Right.DELETE;
import static dev.packhorse.identity.Right.LIST;
import static dev.packhorse.identity.Right.METADATA;
import static dev.packhorse.identity.Right.READ;
import static dev.packhorse.identity.Right.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.fs.Node;
import dev.packhorse.identity.Right;
import dev.packhorse.server.HttpSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation of every front over HTTP, as everybody: what the rules give works, all else changes and tells nothing. */
class EveryCallerTest {

    /** Everything: what only who has all rights everywhere may do. */
    private static final Set<Right> ALL_EVERYWHERE = Set.of();

    /**
     * One operation.
     *
     * @param target in which {@code AREA} stands for the directory that it is about
     * @param body likewise
     * @param needs in that directory; each any one of these
     * @param allowed what an allowed one is answered
     */
    private record Operation(
            String method, String target, String body, List<String> headers, List<Set<Right>> needs, int allowed) {

        Operation with(String header) {
            List<String> more = new ArrayList<>(headers);
            more.add(header);
            return new Operation(method, target, body, more, needs, allowed);
        }

        /** One for which these rights do as well. */
        Operation or(Set<Right> others) {
            List<Set<Right>> more = new ArrayList<>(needs);
            more.add(others);
            return new Operation(method, target, body, headers, more, allowed);
        }

        @Override
        public String toString() {
            return method + " " + target + " " + headers;
        }
    }

    private static Operation operation(String method, String target, String body, int allowed, Set<Right> needs) {
        return new Operation(method, target, body, List.of(), List.of(needs), allowed);
    }

    /** Who asks; the rules are those below. Whose credential is wrong gets nothing, also not what anybody would. */
    private enum Who {
        ANONYMOUS,
        READER,
        WRITER,
        OTHER,
        OWNER,
        /** Who may only write, as into a box for drops. */
        DROPPER,
        /** Who may only read, and has to know the names. */
        OPENER,
        /** Who may change no metadata here, but elsewhere. */
        EDITOR,
        WRONG_PASSWORD,
        /** A key of the owner, for reading. */
        KEY,
        EXPIRED_KEY,
        WRONG_KEY,
        /** A token with a group that may write. */
        TOKEN,
        FORGED_TOKEN,
        EXPIRED_TOKEN,
        CERTIFICATE_OF_OTHER,
        CERTIFICATE_OF_A_STRANGER;

        private Set<Right> rights(String area) {
            return switch (this) {
                case ANONYMOUS,
                        WRONG_PASSWORD,
                        EXPIRED_KEY,
                        WRONG_KEY,
                        FORGED_TOKEN,
                        EXPIRED_TOKEN,
                        CERTIFICATE_OF_A_STRANGER -> Set.of();
                case READER -> area.equals("open") ? Set.of(READ, LIST) : Set.of();
                case KEY -> Set.of(READ, LIST);
                case WRITER, TOKEN -> area.equals("open") ? Right.ALL : Set.of();
                case OTHER, CERTIFICATE_OF_OTHER -> area.equals("shut") ? Right.ALL : Set.of();
                case OWNER -> Right.ALL;
                case DROPPER -> area.equals("open") ? Set.of(WRITE) : Set.of();
                case OPENER -> area.equals("open") ? Set.of(READ) : Set.of();
                case EDITOR -> area.equals("open") ? Set.of(READ, LIST, WRITE, DELETE) : Set.of();
            };
        }

        boolean may(Operation operation, String area) {
            return operation.needs().stream()
                    .anyMatch(each -> each.equals(ALL_EVERYWHERE)
                            ? this == OWNER
                            : rights(area).containsAll(each));
        }

        /** What a refusal is. */
        int refused() {
            return switch (this) {
                case ANONYMOUS,
                        WRONG_PASSWORD,
                        EXPIRED_KEY,
                        WRONG_KEY,
                        FORGED_TOKEN,
                        EXPIRED_TOKEN,
                        CERTIFICATE_OF_A_STRANGER -> 401;
                case READER, WRITER, OTHER, OWNER, DROPPER, OPENER, EDITOR, KEY, TOKEN, CERTIFICATE_OF_OTHER -> 403;
            };
        }
    }

    private static final String RULES = "reader:r, writer:rw, scribes:rw, owner:rw,"
            + " dropper:write, opener:read, editor:read+list+write+delete;"
            + " /shut/**: other:rw, owner:rw; /elsewhere/**: editor:rw, owner:rw";

    private static final String TAR =
            tar('5', "dir-in-tar/", "") + tar('0', "new-in-tar", "content") + "\0".repeat(1024);

    private static Stream<Operation> httpfs() {
        String base = "/fs/x/AREA";
        return Stream.of(
                operation("GET", base + "/file", "", 200, Set.of(READ)),
                operation("GET", base + "/none", "", 404, Set.of(READ)),
                operation("HEAD", base + "/file", "", 200, Set.of(READ))
                        .or(Set.of(LIST))
                        .or(Set.of(WRITE)),
                operation("GET", base + "/file", "", 206, Set.of(READ)).with("Range: bytes=0-1"),
                operation("GET", base + "/file", "", 206, Set.of(READ)).with("Range: bytes=0-1,3-4"),
                operation("GET", base + "/dir", "", 200, Set.of(READ, LIST)),
                operation("GET", base + "/dir/", "", 200, Set.of(LIST)),
                operation("GET", base + "/dir", "", 200, Set.of(READ, LIST)).with("Accept: multipart/mixed"),
                operation("GET", base + "/dir/:", "", 200, Set.of(LIST)),
                operation("GET", base + "/dir/...", "", 200, Set.of(LIST)),
                operation("GET", base + "/dir/...", "", 200, Set.of(LIST)).with("Accept: multipart/mixed"),
                operation("GET", base + "/dir/", "", 200, Set.of(LIST)).with("Accept: multipart/mixed"),
                operation("HEAD", base + "/dir", "", 200, Set.of(LIST)),
                operation("HEAD", base + "/dir/:", "", 200, Set.of(LIST)),
                operation("HEAD", base + "/dir/...", "", 200, Set.of(LIST)),
                operation("HEAD", base + "/dir", "", 200, Set.of(LIST)).with("Accept: multipart/mixed"),
                operation("PUT", base + "/file", "x", 200, Set.of(WRITE)),
                operation("PUT", base + "/new", "x", 200, Set.of(WRITE)),
                // As wanix sends it with every file.
                operation("PUT", base + "/new", "x", 200, Set.of(WRITE))
                        .with("Content-Mode: 33184")
                        .with("Content-Ownership: 0:0"),
                operation("PUT", base + "/made", "", 200, Set.of(WRITE)).with("Content-Mode: 16832"),
                operation("PUT", base + "/made/", "", 200, Set.of(WRITE)),
                operation("PUT", base + "/link", "file", 200, ALL_EVERYWHERE)
                        .with("Content-Type: application/x-symlink"),
                operation("PATCH", base + "/file", "", 200, Set.of(METADATA)).with("Content-Mode: 33184"),
                operation("PATCH", base + "/dir", TAR, 200, Set.of(WRITE)).with("Content-Type: application/x-tar"),
                operation("DELETE", base + "/file", "", 200, Set.of(DELETE)),
                operation("DELETE", base + "/dir", "", 200, Set.of(DELETE)),
                operation("MOVE", base + "/file", "", 200, Set.of(READ, DELETE, WRITE))
                        .with("Destination: /fs/x/AREA/moved"),
                operation("MOVE", base + "/dir", "", 200, Set.of(READ, DELETE, WRITE))
                        .with("Destination: /fs/x/AREA/moved"),
                operation("COPY", base + "/file", "", 200, Set.of(READ, WRITE)).with("Destination: /fs/x/AREA/copy"),
                operation("COPY", base + "/dir", "", 200, Set.of(READ, LIST, WRITE))
                        .with("Destination: /fs/x/AREA/copy"),
                operation("COPY", "/fs/x/open/file", "", 200, ALL_EVERYWHERE).with("Destination: /fs/x/shut/copy"),
                operation("MOVE", "/fs/x/shut/file", "", 200, ALL_EVERYWHERE).with("Destination: /fs/x/open/moved"),
                operation("COPY", "/fs/x/shut/dir", "", 200, ALL_EVERYWHERE).with("Destination: /fs/x/open/dir"));
    }

    private static Stream<Operation> openhands() {
        String base = "/openhands/x/files/AREA";
        return Stream.of(
                operation("GET", base + "/file", "", 200, Set.of(READ)),
                operation("HEAD", base + "/file", "", 200, Set.of(READ)),
                operation("GET", base + "/dir/list", "", 200, Set.of(LIST)),
                operation("OPTIONS", base + "/dir", "", 200, Set.of(LIST)),
                operation("POST", base + "/file", "x", 200, Set.of(WRITE)),
                operation("POST", base + "/a/b/new", "x", 201, Set.of(WRITE)),
                operation("DELETE", base + "/file", "", 204, Set.of(DELETE)),
                operation("DELETE", base + "/dir", "", 204, Set.of(DELETE)));
    }

    private static Stream<Operation> jsonfs() {
        String base = "/jsonfs/x/AREA";
        return Stream.of(
                operation("GET", base + "/file", "", 200, Set.of(READ)),
                operation("HEAD", base + "/file", "", 200, Set.of(READ))
                        .or(Set.of(LIST))
                        .or(Set.of(WRITE)),
                operation("GET", base + "/dir", "", 200, Set.of(READ, LIST)),
                operation("HEAD", base + "/dir", "", 200, Set.of(READ))
                        .or(Set.of(LIST))
                        .or(Set.of(WRITE)));
    }

    private static Stream<Operation> webhooks() {
        String base = "/openhands-webhook/x/AREA";
        return Stream.of(
                operation("POST", base + "/file", "x", 200, Set.of(WRITE)),
                operation("POST", base + "/new", "x", 200, Set.of(WRITE)),
                operation("DELETE", base + "/file", "", 204, Set.of(DELETE)),
                operation("DELETE", base + "/dir", "", 204, Set.of(DELETE)),
                operation("DELETE", "/openhands-webhook/x/", "", 204, ALL_EVERYWHERE));
    }

    private static Stream<Operation> operations() {
        return Stream.of(httpfs(), openhands(), jsonfs(), webhooks()).flatMap(each -> each);
    }

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static RealPeople people;

    @SuppressWarnings("NullAway.Init")
    private static TestGateway gateway;

    private static final TwoAreas AREAS = new TwoAreas();

    @BeforeAll
    static void start() throws Exception {
        people = RealPeople.in(folder.resolve("people"));
        gateway = new TestGateway(folder, HttpSettings.DEFAULT, people);
        gateway.export(
                "x",
                Map.of(
                        "protocols",
                        "httpfs, openhands, jsonfs, openhands-webhook",
                        "access",
                        RULES,
                        "jsonfs.strict-status",
                        "false"),
                AREAS.store());
        gateway.export("strict", Map.of("protocols", "jsonfs", "access", RULES), AREAS.store());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        people.close();
    }

    private static void awaitApplied() {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> gateway.meters
                                .get("packhorse.webhook.backlog")
                                .tag("export", "/x")
                                .gauge()
                                .value()
                        == 0);
    }

    private static TestGateway.Reply send(Operation operation, String area, Who who) throws Exception {
        List<String> headers = new ArrayList<>();
        operation.headers().forEach(each -> headers.add(each.replace("AREA", area)));
        headers.addAll(people.shownBy(who.name()));
        return gateway.send(
                operation.method(),
                operation.target().replace("AREA", area),
                operation.body().replace("AREA", area),
                headers.toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void everybodyHasWhatTheRulesGiveAndNothingElse(Operation operation) throws Exception {
        for (String area : TwoAreas.NAMES) {
            for (Who who : Who.values()) {
                // Given
                AREAS.restore();
                List<Node> before = AREAS.all();
                String what = operation + " in " + area + " as " + who;

                // When
                TestGateway.Reply reply = send(operation, area, who);

                // Then
                if (who.may(operation, area)) {
                    assertThat(reply.status()).as(what + "\n" + reply.body()).isEqualTo(operation.allowed());
                    awaitApplied();
                } else {
                    assertThat(reply.status()).as(what + "\n" + reply.body()).isEqualTo(who.refused());
                    assertThat(reply.header("WWW-Authenticate").isEmpty())
                            .as(what)
                            .isEqualTo(who.refused() == 403);
                    assertThat(reply.body()).as(what).doesNotContain("content of", "inner");
                    assertThat(AREAS.all()).as(what).isEqualTo(before);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("jsonfs")
    void aStrictClientHearsOfNoOtherStatusThan404(Operation operation) throws Exception {
        for (String area : TwoAreas.NAMES) {
            for (Who who : Who.values()) {
                if (!who.may(operation, area) && !who.rights(area).isEmpty()) {
                    // Who may know that it is there gets its head and no more: the tests of the front have that.
                    continue;
                }
                AREAS.restore();
                Operation strict = new Operation(
                        operation.method(),
                        operation.target().replace("/x/", "/strict/"),
                        "",
                        List.of(),
                        operation.needs(),
                        200);

                TestGateway.Reply reply = send(strict, area, who);

                assertThat(reply.status())
                        .as(strict + " in " + area + " as " + who)
                        .isEqualTo(who.may(operation, area) ? 200 : 404);
            }
        }
    }

    /** One entry of an archive, with a mode, an owner and a time, in the old shape (POSIX.1-1988, ustar). */
    private static String tar(char type, String name, String content) {
        StringBuilder head = new StringBuilder();
        head.append(name).append("\0".repeat(100 - name.length()));
        head.append("0000644\0" + "0000000\0" + "0000000\0");
        head.append(String.format("%011o\0", content.length()));
        head.append("00000000000\0");
        head.append("        ");
        head.append(type).append("\0".repeat(100));
        head.append("ustar\0" + "00").append("\0".repeat(512 - 265));
        int sum = head.chars().sum();
        head.replace(148, 156, String.format("%06o\0 ", sum));
        return head + content + "\0".repeat((512 - content.length()) % 512);
    }
}
