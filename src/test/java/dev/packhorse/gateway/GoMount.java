package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.packhorse.front.http.WireText;
import dev.packhorse.server.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the only client of the protocol, a FUSE program in Go, was recorded to do (INTEROP.md): a GET for each look, whose body it drops
 * with the connection, and a HEAD; names in URLs as they are; a directory is what has exactly the type of one; its entries are those of {@code dir},
 * all of them or, if one cannot be looked at, none.
 */
final class GoMount {

    private static final String DIRECTORY = "application/vnd.httpfs.v1+json";

    private final TestGateway gateway;
    private final String base;

    GoMount(TestGateway gateway, String base) {
        this.gateway = gateway;
        this.base = base;
    }

    /** What it knows of an entry. */
    record Look(boolean isDirectory, long size, String permissions, String modified) {}

    /** A look at a path: a GET, of which nothing but the head is taken, and a HEAD; {@code null} if either finds nothing. */
    @Nullable
    Look look(String path) throws IOException {
        try (RawClient client = ask("GET", path)) {
            if (TestGateway.reply(client.readHead() + "\r\n\r\n").status() == 404) {
                return null;
            }
        }
        return head(path);
    }

    private @Nullable Look head(String path) throws IOException {
        TestGateway.Reply reply;
        try (RawClient client = ask("HEAD", path)) {
            reply = TestGateway.reply(client.readAll());
        }
        if (reply.status() == 404) {
            return null;
        }
        if (!reply.header("Content-Disposition").isEmpty()) {
            throw new IOException("a name that differs from the path");
        }
        String length = reply.header("Content-Length");
        return new Look(
                reply.header("Content-Type").equals(DIRECTORY),
                length.isEmpty() ? 0 : Long.parseLong(length),
                reply.header("Content-Permissions"),
                reply.header("Last-Modified"));
    }

    /** The names in a directory; none at all if one of them cannot be looked at. */
    List<String> names(String path) throws IOException {
        List<String> names = new ArrayList<>();
        JsonNode array = new ObjectMapper().readTree(read(path)).path("dir");
        for (JsonNode each : array) {
            String name = each.asText().replaceFirst("/$", "");
            Look look = look(path + "/" + name);
            if (look == null || look.isDirectory() != each.asText().endsWith("/")) {
                return List.of();
            }
            names.add(name);
        }
        return names;
    }

    byte[] read(String path) throws IOException {
        try (RawClient client = ask("GET", path)) {
            return TestGateway.reply(client.readAll()).body().getBytes(ISO_8859_1);
        }
    }

    private RawClient ask(String method, String path) throws IOException {
        return gateway.connect()
                .send(
                        method + " " + target(base + path)
                                + " HTTP/1.1\r\nHost: h\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n");
    }

    /** As Go's net/url takes a text for a URL and sends its path: fragment and query go, escapes are undone and made anew. */
    private static String target(String url) throws IOException {
        String path = url.replaceFirst("[#?].*", "");
        String decoded = WireText.decodePercent(WireText.encode(path));
        if (decoded == null || path.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new IOException("invalid URL " + url);
        }
        StringBuilder target = new StringBuilder();
        for (byte b : decoded.getBytes(UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || "-_.~/$&+,:;=@".indexOf(c) >= 0);
            target.append(plain ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        return target.toString();
    }
}
