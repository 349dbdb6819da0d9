package dev.packhorse.front.httpfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.packhorse.front.http.Answer;
import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.front.http.WireText;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.policy.overlay.OverlayStore;
import dev.packhorse.policy.overlay.OverlayTable;
import dev.packhorse.policy.overlay.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes on the wire, over each store: each file of {@code src/test/resources/httpfs} is a session with one store, exchange
 * by exchange. Each runs over the store as it is, and over the store with the overlay that the gateway puts around it.
 *
 * <p>{@code ###} begins an exchange, {@code ---} divides request from answer. Tags and boundaries are masked; a carriage
 * return in a body is shown as {@code ␍}. What a store cannot is told by its capabilities alone, in {@link #expected}. From a
 * store without {@code WRITE} the exchanges that only read are asked, so that it must hold already what the others make.
 */
public abstract class GoldenSessions {

    private static final List<String> NAMES =
            List.of("conditions", "document", "listing", "multipart", "refusals", "symlinks", "timestamps", "trees");

    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(206, "Partial Content"),
            Map.entry(304, "Not Modified"),
            Map.entry(400, "Bad Request"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(409, "Conflict"),
            Map.entry(411, "Length Required"),
            Map.entry(412, "Precondition Failed"),
            Map.entry(416, "Range Not Satisfiable"));

    /** A store with an empty root, or with what its {@link #sessions} ask for; closed by this class. Called for each session. */
    protected abstract Store create() throws Exception;

    /** The sessions that the store can have. */
    protected List<String> sessions() {
        return NAMES;
    }

    /** What the gateway keeps for such a store. */
    protected OverlayStore.Options kept() {
        return OverlayStore.Options.DEFAULT;
    }

    static List<String> names() {
        return NAMES;
    }

    @ParameterizedTest
    @MethodSource("names")
    final void theSessionGoesAsWritten(String name) throws Exception {
        assumeTrue(sessions().contains(name));
        try (Store store = create()) {
            converse(name, store);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    final void theSessionGoesAsWrittenWithTheOverlay(String name) throws Exception {
        assumeTrue(sessions().contains(name));
        try (TestDatabase database = new TestDatabase();
                OverlayTable table =
                        new OverlayTable(database, InstantSource.system(), OverlayTable.DEFAULT_RETENTION);
                Store store = new OverlayStore(create(), "golden", table, kept())) {
            converse(name, store);
        }
    }

    private static void converse(String name, Store store) throws IOException {
        Capabilities capabilities = store.capabilities();
        // Nothing of that session is left to ask for.
        Capability needed = switch (name) {
            case "symlinks" -> Capability.SYMLINKS;
            case "timestamps" -> Capability.CHANGE_TIMESTAMPS;
            default -> Capability.WRITE;
        };
        assumeTrue(capabilities.has(needed) || !capabilities.has(Capability.WRITE));
        Client client = new Client(store, HttpfsOptions.DEFAULT);
        Owner usual = usualOwner(store, needed);
        StringBuilder expected = new StringBuilder();
        StringBuilder actual = new StringBuilder();
        for (String exchange : session(name).split("(?m)^### ", -1)) {
            String[] parts = exchange.split("(?m)^---\n", 2);
            if (parts.length < 2 || !asked(parts[0], capabilities)) {
                continue;
            }
            String request = parts[0].substring(parts[0].indexOf('\n') + 1);
            expected.append("### ").append(parts[0]).append("---\n");
            expected.append(expected(parts[1].strip(), capabilities, usual)).append("\n\n");
            actual.append("### ").append(parts[0]).append("---\n");
            actual.append(shown(answer(client, request).strip(), capabilities)).append("\n\n");
        }
        assertThat(actual).isNotEmpty().hasToString(expected.toString());
    }

    /** Who owns what nobody has given an owner: that is the affair of the store, and for links it may be another. */
    private static Owner usualOwner(Store store, Capability needed) throws FsException {
        if (!store.capabilities().has(Capability.WRITE)) {
            return store.stat(FsPath.ROOT).owner();
        }
        FsPath probe = FsPath.parse("/probe");
        Node made = needed == Capability.SYMLINKS
                ? store.link(probe, "target", WriteOptions.DEFAULT)
                : store.write(probe, Body.of(new byte[0]), WriteOptions.DEFAULT);
        store.remove(probe, Preconditions.NONE);
        return made.owner();
    }

    private static String session(String name) throws IOException {
        try (InputStream in = GoldenSessions.class.getResourceAsStream("/httpfs/" + name + ".http")) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /** Whether the answer depends on nothing that the store cannot. */
    private static boolean asked(String exchange, Capabilities capabilities) {
        boolean reads = exchange.matches("(?s)[^\n]*\n(GET|HEAD|OPTIONS) .*");
        return capabilities.has(Capability.WRITE)
                ? capabilities.has(Capability.MODIFIED) || !exchange.contains("\nIf-Modified-Since:")
                : reads;
    }

    /** What a store answers that has no more than these capabilities: with all of them, what is written. */
    private static String expected(String answer, Capabilities capabilities, Owner usual) {
        String text = answer;
        if (!capabilities.has(Capability.ETAGS)) {
            text = text.replaceAll("(?m)^ETag: .*\n", "");
        }
        if (!capabilities.has(Capability.MODE) && capabilities.has(Capability.WRITE)) {
            // What the front has said about permissions was dropped.
            text = text.replace("33261", "33188");
        }
        if (!capabilities.has(Capability.MEDIA_TYPE)) {
            // A type by the ending of the name, which in the sessions is that of a text.
            text = text.replace("Content-Type: application/octet-stream", "Content-Type: text/plain; charset=utf-8");
        }
        String owner = "Content-Ownership: " + usual.uid() + ":" + usual.gid();
        if (!capabilities.has(Capability.OWNER) && capabilities.has(Capability.WRITE)) {
            text = text.replace("Content-Ownership: 1000:1000", owner);
        }
        return shown(text.replace("Content-Ownership: 0:0", owner), capabilities);
    }

    /** An answer without what nobody can know. */
    private static String shown(String answer, Capabilities capabilities) {
        String text = answer.replaceAll("ETag: \"[^\"]*\"", "ETag: \"tag\"").replaceAll("[0-9a-f]{32}", "BOUNDARY");
        if (!capabilities.has(Capability.MODIFIED) && capabilities.has(Capability.WRITE)) {
            text = text.replaceAll("(?m)^(Content-Modified|Last-Modified): .*(?<!␍)$", "$1: time")
                    .replaceAll("(?m)^(Content-Modified|Last-Modified): .*␍$", "$1: time␍");
        }
        return text.replace(
                "Cache-Control-TTL: " + Math.max(1, capabilities.staleness().toSeconds()) + "\n", "");
    }

    private static String answer(Client client, String text) {
        String[] parts = text.split("\n\n", 2);
        List<String> head = parts[0].lines().toList();
        String[] line = head.get(0).split(" ", 3);
        FakeRequest request = new FakeRequest(line[0], WireText.encode(line[1]));
        for (String field : head.subList(1, head.size())) {
            int colon = field.indexOf(':');
            String value = field.substring(colon + 1).strip();
            request.with(field.substring(0, colon), WireText.encode(value));
            if (field.startsWith("Content-Length:")) {
                request.body(
                        Body.of(parts[1].substring(0, Integer.parseInt(value)).getBytes(UTF_8)));
            }
        }
        return rendered(client.send(request), line[0].equals("HEAD"));
    }

    private static String rendered(Answer answer, boolean head) {
        StringBuilder text =
                new StringBuilder("HTTP/1.1 " + answer.status() + " " + REASONS.get(answer.status()) + "\n");
        for (int i = 0; i < answer.headers().size(); i += 2) {
            text.append(answer.headers().get(i))
                    .append(": ")
                    .append(answer.headers().get(i + 1))
                    .append('\n');
        }
        text.append(answer.length() < 0 ? "Transfer-Encoding: chunked\n" : "Content-Length: " + answer.length() + "\n");
        if (!head) {
            text.append('\n').append(answer.text().replace("\r", "␍"));
        }
        return text.toString();
    }
}
