package dev.packhorse.store.jsonfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.packhorse.front.http.Answer;
import dev.packhorse.front.http.Cors;
import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.jsonfs.JsonfsFront;
import dev.packhorse.front.jsonfs.JsonfsOptions;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.store.http.WebOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Our own front on a real socket, over a store in memory; and as much another server as it is told to be. */
final class JsonfsServer implements AutoCloseable {

    @FunctionalInterface
    interface Answering {
        void to(HttpExchange exchange) throws IOException;
    }

    /** Method and raw path of all requests, in order. */
    final List<String> heard = new CopyOnWriteArrayList<>();

    final Store files = new MemoryStore(256L << 20);

    private final Map<String, Answering> told = new ConcurrentHashMap<>();
    private final JsonfsFront front;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    JsonfsServer(boolean strict) throws IOException {
        front = new JsonfsFront(new JsonfsOptions(strict, Cors.OFF, null));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/base", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    URI base() {
        return URI.create("http://localhost:" + server.getAddress().getPort() + "/base");
    }

    /** Patient. */
    static dev.packhorse.store.jsonfs.JsonfsOptions options(Path temp) {
        Duration silence = Duration.ofSeconds(30);
        return new dev.packhorse.store.jsonfs.JsonfsOptions(
                null,
                null,
                1 << 20,
                temp,
                new WebOptions(
                        4, Duration.ofSeconds(10), silence, silence, /* redirects= */ false, /* verifyTls= */ true));
    }

    /** What a request gets, method and raw path behind the base, instead of the front's answer. */
    JsonfsServer on(String request, Answering answer) {
        told.put(request, answer);
        return this;
    }

    /** The same to HEAD and GET: a status, header fields, and with a GET the body. */
    JsonfsServer has(String path, int status, String body, String... header) {
        for (String method : List.of("HEAD", "GET")) {
            on(method + " " + path, exchange -> {
                for (int i = 0; i < header.length; i += 2) {
                    exchange.getResponseHeaders().add(header[i], header[i + 1]);
                }
                byte[] bytes = body.getBytes(UTF_8);
                boolean isHead = exchange.getRequestMethod().equals("HEAD");
                if (isHead) {
                    exchange.getResponseHeaders().set("Content-Length", String.valueOf(bytes.length));
                }
                exchange.sendResponseHeaders(status, isHead || bytes.length == 0 ? -1 : bytes.length);
                if (!isHead) {
                    exchange.getResponseBody().write(bytes);
                }
            });
        }
        return this;
    }

    JsonfsServer directory(String path, String json) {
        return has(path, 200, json, "Content-Type", Head.DIRECTORY);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String target = exchange.getRequestURI().getRawPath().substring("/base".length());
            String request = exchange.getRequestMethod() + " " + (target.isEmpty() ? "/" : target);
            heard.add(request);
            Answering answer = told.get(request);
            if (answer != null) {
                answer.to(exchange);
            } else {
                answer(exchange, target.isEmpty() ? "/" : target);
            }
        }
    }

    private void answer(HttpExchange exchange, String target) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        FakeRequest request = new FakeRequest(exchange.getRequestMethod(), target);
        exchange.getRequestHeaders().forEach((name, values) -> values.forEach(value -> request.with(name, value)));
        Answer answer;
        try {
            answer = Answer.of(front.handle(request, RequestTarget.parse(target), files), head);
        } catch (FsException e) {
            throw new IOException(e);
        }
        for (int i = 0; i < answer.headers().size(); i += 2) {
            exchange.getResponseHeaders()
                    .add(answer.headers().get(i), answer.headers().get(i + 1));
        }
        byte[] bytes = answer.wire().getBytes(ISO_8859_1);
        if (head && answer.length() >= 0) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(answer.length()));
        }
        exchange.sendResponseHeaders(answer.status(), head || bytes.length == 0 ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        try {
            files.close();
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }
}
