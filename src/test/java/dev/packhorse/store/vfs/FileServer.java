package dev.packhorse.store.vfs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A web server with files, ranges and conditions, and with faults when asked for. */
final class FileServer implements AutoCloseable {

    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile int status;
    private volatile boolean cuts;

    private FileServer(HttpServer server) {
        this.server = server;
    }

    static FileServer start() throws IOException {
        FileServer made =
                new FileServer(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        made.server.createContext("/", made::serve);
        made.server.setExecutor(made.threads);
        made.server.start();
        return made;
    }

    /** Without the scheme. */
    String at(String path) {
        return "//127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** A decoded path and what is there. */
    void put(String path, byte[] content) {
        files.put(path, content);
    }

    /** From now on this is the answer to everything; 0 ends it. */
    void answer(int code) {
        status = code;
    }

    /** From now on bodies end in the middle. */
    void cut() {
        cuts = true;
    }

    int requests() {
        return requests.get();
    }

    private void serve(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] content = files.get(path);
            if (status != 0 || content == null) {
                boolean isDirectory = status == 0 && files.keySet().stream().anyMatch(file -> file.startsWith(path));
                if (isDirectory && !path.endsWith("/")) {
                    exchange.getResponseHeaders().set("Location", path + "/");
                }
                int missing = !isDirectory ? 404 : path.endsWith("/") ? 200 : 301;
                exchange.sendResponseHeaders(status != 0 ? status : missing, -1);
                return;
            }
            String tag = "\"" + Integer.toHexString(Arrays.hashCode(content)) + "\"";
            exchange.getResponseHeaders().set("ETag", tag);
            exchange.getResponseHeaders().set("Last-Modified", "Wed, 03 Feb 2021 04:05:06 GMT");
            String match = exchange.getRequestHeaders().getFirst("If-Match");
            if (match != null && !match.equals(tag)) {
                exchange.sendResponseHeaders(412, -1);
            } else {
                send(exchange, content, exchange.getRequestHeaders().getFirst("Range"));
            }
        }
    }

    private void send(HttpExchange exchange, byte[] content, @Nullable String range) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(content.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        int from = 0;
        int to = content.length;
        Matcher matcher = range == null ? null : RANGE.matcher(range);
        if (matcher != null && matcher.matches()) {
            from = Integer.parseInt(matcher.group(1));
            to = Math.min(content.length, Integer.parseInt(matcher.group(2)) + 1);
            exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(matcher == null ? 200 : 206, to == from ? -1 : to - from);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(content, from, cuts ? (to - from) / 2 : to - from);
        } catch (IOException e) {
            if (cuts) {
                // Ends the connection; else the client would wait for the rest.
                throw e;
            }
            // The client has gone.
            return;
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
