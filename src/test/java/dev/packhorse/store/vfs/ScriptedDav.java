package dev.packhorse.store.vfs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A WebDAV server that keeps names but no bytes, and says what it is told to. */
final class ScriptedDav implements AutoCloseable {

    @FunctionalInterface
    interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    /** Method and decoded path of all requests, in order. */
    final List<String> heard = new CopyOnWriteArrayList<>();

    /** Paths without a slash at their end; a directory has children below it. */
    final Map<String, Boolean> isDirectory = new ConcurrentHashMap<>(Map.of("", true));

    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final String scheme;

    ScriptedDav(@Nullable SSLContext tls) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (tls == null) {
            server = HttpServer.create(address, 0);
            scheme = "webdav4";
        } else {
            HttpsServer secure = HttpsServer.create(address, 0);
            secure.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = secure;
            scheme = "webdav4s";
        }
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    String uri() {
        return scheme + "://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** The answer to requests of a method; for PROPFIND with Depth 1 the method is {@code LIST}. For all paths: {@code *}. */
    ScriptedDav on(String method, String path, Answer answer) {
        answers.put(method + " " + path, answer);
        return this;
    }

    ScriptedDav says(String method, String path, int status) {
        return on(method, path, exchange -> exchange.sendResponseHeaders(status, -1));
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath().replaceFirst("/$", "");
            boolean lists = "1".equals(exchange.getRequestHeaders().getFirst("Depth"));
            String method = lists ? "LIST" : exchange.getRequestMethod();
            heard.add(method + " " + path);
            Answer told = answers.getOrDefault(method + " " + path, answers.get(method + " *"));
            if (told != null) {
                told.to(exchange);
            } else if (!exchange.getRequestMethod().equals("PROPFIND")) {
                change(exchange);
            } else if (!isDirectory.containsKey(path)) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                StringBuilder items = new StringBuilder(item(path));
                isDirectory.keySet().stream()
                        .filter(each -> lists
                                && !each.isEmpty()
                                && each.replaceFirst("/[^/]*$", "").equals(path))
                        .forEach(each -> items.append(item(each)));
                multistatus(exchange, items.toString());
            }
        }
    }

    /** Does what is asked. */
    void change(HttpExchange exchange) throws IOException {
        change(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath().replaceFirst("/$", ""),
                exchange.getRequestHeaders().getFirst("Destination"));
        exchange.sendResponseHeaders(201, -1);
    }

    private void change(String method, String path, @Nullable String destination) {
        boolean directory = Boolean.TRUE.equals(isDirectory.get(path));
        if (destination != null) {
            isDirectory.put(URI.create(destination).getPath().replaceFirst("/$", ""), directory);
        }
        if (method.equals("PUT") || method.equals("MKCOL")) {
            isDirectory.put(path, method.equals("MKCOL"));
        } else if (method.equals("MOVE") || method.equals("DELETE")) {
            isDirectory.remove(path);
        }
    }

    /** What there is to say about a node of the map. */
    String item(String path) {
        boolean directory = Boolean.TRUE.equals(isDirectory.get(path));
        return item(path, directory);
    }

    static String item(String path, boolean directory) {
        return "<D:response><D:href>" + path + (directory ? "/" : "") + "</D:href><D:propstat><D:prop><D:resourcetype>"
                + (directory ? "<D:collection/>" : "") + "</D:resourcetype><D:getcontentlength>3</D:getcontentlength>"
                + "</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>\n";
    }

    static String begin() {
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:multistatus xmlns:D=\"DAV:\">\n";
    }

    static String end() {
        return "</D:multistatus>\n";
    }

    static void multistatus(HttpExchange exchange, String items) throws IOException {
        byte[] bytes = (begin() + items + end()).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(207, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
