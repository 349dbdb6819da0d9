package dev.packhorse.store.openhands;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.packhorse.front.http.Answer;
import dev.packhorse.front.http.Cors;
import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.openhands.Credentials;
import dev.packhorse.front.openhands.OpenHandsFront;
import dev.packhorse.front.openhands.OpenHandsOptions;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.store.http.Credential;
import dev.packhorse.store.http.WebOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Our own front on a real socket, over a store in memory; and as much worse a server as it is told to be. */
final class FileStoreServer implements AutoCloseable {

    @FunctionalInterface
    interface Answering {
        void to(HttpExchange exchange) throws IOException;
    }

    /** Method and raw path of all requests, in order. */
    final List<String> heard = new CopyOnWriteArrayList<>();

    /** The heads of all requests as they were heard, by {@code METHOD path}; the last of each. */
    final Map<String, Map<String, List<String>>> heads = new ConcurrentHashMap<>();

    final Store files = new MemoryStore(256L << 20);

    /** Methods and the dialect's answers that the server does not know: 405. */
    final Set<String> unknownMethods = ConcurrentHashMap.newKeySet();

    /** Whether answers carry an ETag, and ranges are honoured. */
    volatile boolean plain;

    /** Whether {@code /list} is a name as any other, and what is not there lists as empty. */
    volatile boolean optionsOnly;

    private final Map<String, Answering> told = new ConcurrentHashMap<>();
    private final OpenHandsFront front;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final String base;

    FileStoreServer() throws IOException {
        this(Credentials.NONE, null);
    }

    FileStoreServer(Credentials credentials, @Nullable SSLContext tls) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        front = new OpenHandsFront(new OpenHandsOptions(true, credentials, Cors.OFF, Long.MAX_VALUE));
        if (tls == null) {
            server = HttpServer.create(address, 0);
        } else {
            HttpsServer secure = HttpsServer.create(address, 0);
            secure.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = secure;
        }
        base = (tls == null ? "http" : "https") + "://localhost:"
                + server.getAddress().getPort() + "/base";
        server.createContext("/base", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    URI base() {
        return URI.create(base);
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Patient, and nothing remembered. */
    static dev.packhorse.store.openhands.OpenHandsOptions options(Path temp, @Nullable Dialect dialect) {
        return options(temp, dialect, Credential.NONE, SizeProbe.HEAD, Duration.ZERO, true, 1 << 20);
    }

    static dev.packhorse.store.openhands.OpenHandsOptions options(
            Path temp,
            @Nullable Dialect dialect,
            Credential credential,
            SizeProbe probe,
            Duration ttl,
            boolean verifyTls,
            long spoolLimit) {
        Duration silence = Duration.ofSeconds(30);
        return new dev.packhorse.store.openhands.OpenHandsOptions(
                dialect,
                credential,
                probe,
                ttl,
                /* markers= */ true,
                spoolLimit,
                temp,
                new WebOptions(4, Duration.ofSeconds(10), silence, silence, /* redirects= */ false, verifyTls));
    }

    /** With short timeouts, for calls that time out. */
    static dev.packhorse.store.openhands.OpenHandsOptions hasty(Path temp, @Nullable Dialect dialect) {
        dev.packhorse.store.openhands.OpenHandsOptions usual = options(temp, dialect);
        Duration silence = Duration.ofSeconds(1);
        return new dev.packhorse.store.openhands.OpenHandsOptions(
                usual.dialect(),
                usual.credential(),
                usual.sizeProbe(),
                usual.sizeTtl(),
                usual.markers(),
                usual.spoolLimit(),
                usual.temp(),
                new WebOptions(4, Duration.ofSeconds(10), silence, silence, /* redirects= */ false, true));
    }

    /** What a request gets, method and raw path behind the base, instead of the front's answer. */
    FileStoreServer on(String request, Answering answer) {
        told.put(request, answer);
        return this;
    }

    FileStoreServer says(String request, int status, String... header) {
        return on(request, exchange -> {
            exchange.getRequestBody().readAllBytes();
            for (int i = 0; i < header.length; i += 2) {
                exchange.getResponseHeaders().add(header[i], header[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        });
    }

    FileStoreServer sends(String request, String body) {
        return on(request, exchange -> {
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        });
    }

    /** Declares more than it sends, and hangs up. */
    FileStoreServer cuts(String request, String body) {
        return on(request, exchange -> {
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, bytes.length + 1L);
            exchange.getResponseBody().write(bytes);
            exchange.getResponseBody().flush();
            throw new IOException("told to");
        });
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String target = exchange.getRequestURI().getRawPath().substring("/base".length());
            String request = exchange.getRequestMethod() + " " + target;
            heard.add(request);
            heads.put(request, Map.copyOf(exchange.getRequestHeaders()));
            Answering answer = told.get(request);
            if (answer != null) {
                answer.to(exchange);
            } else if (unknownMethods.contains(exchange.getRequestMethod())) {
                exchange.sendResponseHeaders(405, -1);
            } else {
                answer(exchange, target);
            }
        }
    }

    private void answer(HttpExchange exchange, String target) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        FakeRequest request = new FakeRequest(exchange.getRequestMethod(), target);
        exchange.getRequestHeaders()
                .forEach((name, values) -> values.forEach(value -> {
                    if (!plain || !name.equalsIgnoreCase("Range")) {
                        request.with(name, value);
                    }
                }));
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        if (length != null) {
            request.body(body(exchange.getRequestBody(), Long.parseLong(length)));
        }
        HttpResponse response;
        try {
            boolean hidden = optionsOnly && exchange.getRequestMethod().equals("GET") && target.endsWith("/list");
            response = hidden
                    ? HttpResponse.text(404, "Not Found")
                    : front.handle(request, RequestTarget.parse(target), files);
        } catch (FsException e) {
            response = HttpResponse.text(400, "Invalid Name");
        }
        if (optionsOnly && exchange.getRequestMethod().equals("OPTIONS") && response.status() / 100 == 4) {
            response = HttpResponse.text(200, "[]");
        }
        Answer answer = Answer.of(response, head);
        for (int i = 0; i < answer.headers().size(); i += 2) {
            if (!plain || !answer.headers().get(i).equalsIgnoreCase("ETag")) {
                exchange.getResponseHeaders()
                        .add(answer.headers().get(i), answer.headers().get(i + 1));
            }
        }
        byte[] bytes = answer.wire().getBytes(ISO_8859_1);
        if (head) {
            if (answer.length() >= 0) {
                exchange.getResponseHeaders().set("Content-Length", String.valueOf(answer.length()));
            }
            exchange.sendResponseHeaders(answer.status(), -1);
        } else {
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        }
    }

    private static Body body(InputStream in, long length) {
        return new Body() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public InputStream open() {
                return in;
            }
        };
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
