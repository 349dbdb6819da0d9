package dev.packhorse.gateway;

import static dev.packhorse.identity.Right.DELETE;
import static dev.packhorse.identity.Right.LIST;
import static dev.packhorse.identity.Right.READ;
import static dev.packhorse.identity.Right.WRITE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.ListedPaths;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.identity.Right;
import dev.packhorse.server.RawClient;
import dev.packhorse.store.memory.MemoryStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command of the emulated ReplayTV from every address: its clients have no identity but that. */
class EveryDeviceClientTest {

    /**
     * One command.
     *
     * @param target in which {@code AREA} stands for the directory that it is about
     * @param shows what the answer has if it may be; all that is an answer to somebody else is an error, or nothing
     * @param needs each any of these, in that directory; none for what everybody has who sees the export
     */
    private record Command(String method, String target, String shows, List<Set<Right>> needs) {
        @Override
        public String toString() {
            return target;
        }
    }

    /** All ten. */
    private static Stream<Command> commands() {
        return Stream.of(
                new Command("GET", "ls?name=\"AREA/dir\"", "inner", List.of(Set.of(LIST))),
                new Command(
                        "GET",
                        "fstat?name=\"AREA/file\"",
                        "type=f",
                        List.of(Set.of(READ), Set.of(LIST), Set.of(WRITE))),
                new Command("GET", "volinfo?name=\"/X\"", "cap=8", List.of()),
                new Command("GET", "readfile?name=\"AREA/file\"", "content of", List.of(Set.of(READ))),
                new Command("GET", "create?name=\"AREA/new\"", "\n0\n", List.of(Set.of(WRITE))),
                new Command("POST", "writefile?name=\"AREA/file\"&pos=0&size=1", "\n0\n", List.of(Set.of(WRITE))),
                new Command("GET", "mkdir?name=\"AREA/made\"", "\n0\n", List.of(Set.of(WRITE))),
                new Command("GET", "rm?name=\"AREA/file\"", "\n0\n", List.of(Set.of(DELETE))),
                new Command(
                        "GET",
                        "mv?old=\"AREA/file\"&new=\"AREA/moved\"",
                        "\n0\n",
                        List.of(Set.of(READ, DELETE, WRITE))),
                new Command("GET", "cp?src=\"AREA/file\"&dest=\"AREA/copy\"", "\n0\n", List.of(Set.of(READ, WRITE))));
    }

    /** Who asks, and from where. */
    private enum Who {
        STRANGER("127.0.0.1"),
        READER("127.0.0.2"),
        WRITER("127.0.0.3"),
        OTHER("127.0.0.4"),
        OWNER("127.0.0.5");

        private final String address;

        Who(String address) {
            this.address = address;
        }

        private Set<Right> rights(String area) {
            return switch (this) {
                case STRANGER -> Set.of();
                case READER -> area.equals("open") ? Set.of(READ, LIST) : Set.of();
                case WRITER -> area.equals("open") ? Right.ALL : Set.of();
                case OTHER -> area.equals("shut") ? Right.ALL : Set.of();
                case OWNER -> Right.ALL;
            };
        }

        boolean may(Command command, String area) {
            return command.needs().isEmpty()
                    ? !rights("open").isEmpty()
                    : command.needs().stream().anyMatch(rights(area)::containsAll);
        }
    }

    private static final String RULES =
            "@127.0.0.2:r, @127.0.0.3:rw, @127.0.0.5:rw; /shut/**: @127.0.0.4:rw, @127.0.0.5:rw";

    /** Of a client at 127.0.0.6: it may not see {@code inbox}, and not remove what is in {@code kept}. */
    private static final String PARTIAL = "@127.0.0.6:rw; /x/inbox/**: @127.0.0.6:w; /kept/*: @127.0.0.6:r";

    /** It may not give modes and times to what is in {@code plain}. */
    private static final String PLAIN = "@127.0.0.6:rw; /plain/**: @127.0.0.6:read+list+write+delete";

    private static final String REFUSED = "\n80820024\n";

    private static final MemoryStore SOURCE = new MemoryStore(1 << 20);
    private static final MemoryStore TARGET = new MemoryStore(1 << 20);

    private static final TwoAreas AREAS = new TwoAreas();

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = new TestGateway(folder);
        gateway.export("X", Map.of("protocols", "replay", "access", RULES), AREAS.store());
        gateway.export("A", Map.of("protocols", "replay", "access", PARTIAL, "hide", "*.tmp"), SOURCE);
        gateway.export("B", Map.of("protocols", "replay", "access", PLAIN), TARGET);
        TARGET.makeDirectory(FsPath.parse("/plain"), WriteOptions.DEFAULT);
        for (String directory : List.of("/x", "/x/inbox", "/kept", "/hiding", "/all")) {
            SOURCE.makeDirectory(FsPath.parse(directory), WriteOptions.DEFAULT);
        }
        for (String file : List.of("/x/inbox/y", "/kept/z", "/hiding/y.tmp", "/all/z")) {
            SOURCE.write(FsPath.parse(file), Body.of(file.getBytes(UTF_8)), WriteOptions.DEFAULT);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    private static String answer(Command command, String area, Who who) throws Exception {
        String body = command.method().equals("POST") ? "x" : "";
        try (RawClient client = new RawClient(gateway.devicePort(), who.address)) {
            return client.send(command.method() + " /httpfs-" + command.target().replace("AREA", "/X/" + area)
                            + " HTTP/1.1\r\nContent-Length: " + body.length() + "\r\nConnection: close\r\n\r\n" + body)
                    .readAll();
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyAddressHasWhatTheRulesGiveAndNothingElse(Command command) throws Exception {
        for (String area : TwoAreas.NAMES) {
            for (Who who : Who.values()) {
                // Given
                AREAS.restore();
                List<Node> before = AREAS.all();
                String what = command + " in " + area + " as " + who;

                // When
                String answer = answer(command, area, who);

                // Then
                assertThat(answer).as(what).startsWith("HTTP/1.1 200");
                assertThat(answer.contains(command.shows()))
                        .as(what + "\n" + answer)
                        .isEqualTo(who.may(command, area));
                if (!who.may(command, area)) {
                    assertThat(answer).as(what).doesNotContain("content of", "inner", "type=", "cap=8");
                    assertThat(AREAS.all()).as(what).isEqualTo(before);
                }
            }
        }
    }

    private static String call(String command) throws Exception {
        try (RawClient client = new RawClient(gateway.devicePort(), "127.0.0.6")) {
            return client.send("GET /httpfs-" + command + " HTTP/1.1\r\nConnection: close\r\n\r\n")
                    .readAll();
        }
    }

    private static List<String> walked(Store store) throws FsException {
        return ListedPaths.of(store.walk(FsPath.ROOT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "kept", "hiding"})
    void aTreeThatMayNotBeMovedAsAWholeIsNotMovedToAnotherExport(String directory) throws Exception {
        List<String> before = walked(SOURCE);

        String answer = call("mv?old=\"/A/" + directory + "\"&new=\"/B/" + directory + "\"");

        assertThat(answer).contains(REFUSED);
        assertThat(walked(SOURCE)).isEqualTo(before);
        assertThat(walked(TARGET)).doesNotContain("/" + directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "hiding"})
    void aDirectoryIsNotEmptyBecauseTheClientSeesNothingInIt(String directory) throws Exception {
        List<String> before = walked(SOURCE);

        String answer = call("rm?name=\"/A/" + directory + "\"");

        assertThat(answer).contains(REFUSED);
        assertThat(walked(SOURCE)).isEqualTo(before);
    }

    @Test
    void aTreeIsCopiedWithoutMetadataThatMayNotBeGiven() throws Exception {
        assertThat(call("cp?src=\"/A/kept\"&dest=\"/B/plain/kept\"")).contains("\n0\n");

        assertThat(walked(TARGET)).contains("/plain/kept/z");
    }

    @Test
    void aTreeThatMayBeMovedIsMovedToAnotherExport() throws Exception {
        assertThat(call("mv?old=\"/A/all\"&new=\"/B/all\"")).contains("\n0\n");

        assertThat(walked(SOURCE)).doesNotContain("/all");
        assertThat(walked(TARGET)).contains("/all", "/all/z");
        assertThat(call("rm?name=\"/B/all/z\"")).contains("\n0\n");
        assertThat(call("rm?name=\"/B/all\"")).contains("\n0\n");
        assertThat(walked(TARGET)).doesNotContain("/all");
    }

    @ParameterizedTest
    @EnumSource
    void whoSeesNothingInAnExportDoesNotSeeIt(Who who) throws Exception {
        try (RawClient client = new RawClient(gateway.devicePort(), who.address)) {
            String answer = client.send("GET /httpfs-ls?name=\"/\" HTTP/1.1\r\nConnection: close\r\n\r\n")
                    .readAll();
            assertThat(answer.lines().anyMatch("X"::equals)).as(answer).isEqualTo(who != Who.STRANGER);
        }
    }
}
