package dev.packhorse.front.httpfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.front.http.Answer;
import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.front.http.WireText;
import dev.packhorse.fs.Body;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bytes on the wire: each file is a session with one store, exchange by exchange.
 *
 * <p>{@code ###} begins an exchange, {@code ---} divides request from answer. Tags and boundaries are masked; a carriage
 * return in a body is shown as {@code ␍}.
 */
class GoldenTest {

    private static final Map<Integer, String> REASONS = Map.of(
            200,
            "OK",
            206,
            "Partial Content",
            304,
            "Not Modified",
            400,
            "Bad Request",
            404,
            "Not Found",
            405,
            "Method Not Allowed",
            409,
            "Conflict",
            411,
            "Length Required",
            412,
            "Precondition Failed",
            416,
            "Range Not Satisfiable");

    @ParameterizedTest
    @ValueSource(strings = {"document", "listing", "multipart", "refusals", "symlinks"})
    void theSessionGoesAsWritten(String name) throws IOException {
        String text;
        try (InputStream in = GoldenTest.class.getResourceAsStream("/httpfs/" + name + ".http")) {
            text = new String(in.readAllBytes(), UTF_8);
        }
        Client client = new Client();
        StringBuilder actual = new StringBuilder();
        for (String exchange : text.split("(?m)^### ", -1)) {
            if (!exchange.isEmpty()) {
                int line = exchange.indexOf('\n');
                String request = exchange.substring(line + 1).split("(?m)^---\n", 2)[0];
                actual.append("### ")
                        .append(exchange, 0, line + 1)
                        .append(request)
                        .append("---\n")
                        .append(answer(client, request))
                        .append('\n');
            }
        }

        assertThat(actual.toString().strip()).isEqualTo(text.strip());
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
        return text.toString().replaceAll("ETag: \"[^\"]*\"", "ETag: \"tag\"").replaceAll("[0-9a-f]{32}", "BOUNDARY");
    }
}
