package dev.packhorse.change.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * A server that gets webhooks below {@code /hook}, and is what its sender's store should be. As Packhorse does, it takes a
 * request once, by its event id.
 */
public final class TestReceiver implements AutoCloseable {

    /** One request that was answered with success or failure. */
    public record Request(String method, String path, String body, Headers headers, int status) {
        @Override
        public String toString() {
            return method + " " + path + " " + body;
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(16);

    /** Guarded by this. */
    private final List<Request> requests = new ArrayList<>();

    private final Map<String, String> files = new TreeMap<>();
    private final Map<String, List<String>> histories = new TreeMap<>();
    private final Set<String> taken = new HashSet<>();

    /** The status of each request by method and path. */
    public volatile Function<String, Integer> status = request -> 204;

    public TestReceiver() throws IOException {
        this(0);
    }

    /** One on a port; 0 for any. */
    public TestReceiver(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath().substring("/hook".length());
            String method = exchange.getRequestMethod();
            int answer = status.apply(method + " " + path);
            synchronized (this) {
                String text = new String(body, StandardCharsets.UTF_8);
                requests.add(new Request(method, path, text, exchange.getRequestHeaders(), answer));
                String event = exchange.getRequestHeaders().getFirst(Receiver.EVENT_ID);
                if (answer / 100 == 2 && (event == null || taken.add(event))) {
                    apply(method, path, text);
                }
            }
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            exchange.sendResponseHeaders(answer, -1);
        }
    }

    private void apply(String method, String path, String body) throws IOException {
        if (!path.isEmpty()) {
            apply(method, path.substring(1), body, false);
            return;
        }
        for (JsonNode item : new ObjectMapper().readTree(body)) {
            apply(
                    item.get("method").asText(),
                    item.get("path").asText(),
                    item.path("content").asText(),
                    item.has("encoding"));
        }
    }

    private void apply(String method, String path, String content, boolean base64) {
        if (method.equals("DELETE")) {
            files.keySet().removeIf(each -> each.equals(path) || each.startsWith(path + "/"));
        } else {
            String text =
                    base64 ? new String(Base64.getDecoder().decode(content), StandardCharsets.ISO_8859_1) : content;
            files.put(path, text);
            histories.computeIfAbsent(path, each -> new ArrayList<>()).add(text);
        }
    }

    public synchronized List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Requests as {@code "POST /a text"}. */
    public List<String> texts() {
        return requests().stream().map(Request::toString).toList();
    }

    public synchronized Map<String, String> files() {
        return new TreeMap<>(files);
    }

    /** What each file has been, one after the other. */
    public synchronized Map<String, List<String>> histories() {
        Map<String, List<String>> copy = new TreeMap<>();
        histories.forEach((path, texts) -> copy.put(path, List.copyOf(texts)));
        return copy;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
