package dev.packhorse.store.httpfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.Canary;
import dev.packhorse.store.http.Credential;
import dev.packhorse.store.http.WebOptions;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A server that says byte for byte what it was told to, by method and target behind its base {@code /fs}; 404 to anything else. It
 * keeps connections.
 */
final class ScriptedServer implements AutoCloseable {

    /** What it does about a request. */
    interface Answering {
        void to(OutputStream out) throws IOException;
    }

    /** One request: method and target, the head, and the body as it came, without its framing. */
    record Heard(String line, String head, String body) {}

    final List<Heard> heard = new CopyOnWriteArrayList<>();

    private final Map<String, Answering> told = new ConcurrentHashMap<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    ScriptedServer() throws IOException {
        says("OPTIONS /", 405, "");
        start(this::accept);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "scripted");
        thread.setDaemon(true);
        thread.start();
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/fs");
    }

    /** Lazily. */
    HttpfsStore store() {
        return store(null);
    }

    HttpfsStore store(@Nullable Dialect dialect) {
        Duration silence = Duration.ofSeconds(30);
        return HttpfsStore.lazily(
                base(),
                new HttpfsOptions(
                        dialect,
                        Credential.bearer(Canary.secret("bearer")),
                        false,
                        new WebOptions(4, Duration.ofSeconds(10), silence, silence, false, true)));
    }

    List<String> lines() {
        return heard.stream().map(Heard::line).toList();
    }

    ScriptedServer on(String request, Answering answer) {
        told.put(request, answer);
        return this;
    }

    /**
     * An answer with its length.
     *
     * @param fields of the head, each with its line end as {@code \n}
     */
    ScriptedServer says(String request, int status, String fields, String body) {
        byte[] bytes = body.getBytes(UTF_8);
        boolean declared = fields.contains("Content-Length:");
        String head = "HTTP/1.1 " + status + " X\n" + fields
                + (declared ? "" : "Content-Length: " + bytes.length + "\n") + "\n";
        return on(request, out -> {
            out.write(head.replace("\n", "\r\n").getBytes(UTF_8));
            if (!request.startsWith("HEAD ")) {
                out.write(bytes);
            }
        });
    }

    ScriptedServer says(String request, int status, String fields) {
        return says(request, status, fields, "");
    }

    /** A file to GET and HEAD. */
    ScriptedServer file(String path, String fields, String body) {
        says("GET " + path, 200, fields, body);
        return says("HEAD " + path, 200, fields + "Content-Length: " + body.getBytes(UTF_8).length + "\n");
    }

    /** A directory to HEAD, and its plain listing. */
    ScriptedServer directory(String path, String listing) {
        String fields = "Content-Type: application/x-directory\nContent-Mode: 16877\n";
        says("GET " + path, 200, fields, listing);
        return says("HEAD " + path, 200, fields);
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                open.add(client);
                start(() -> serve(client));
            } catch (IOException e) {
                // Closed.
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                InputStream in = new BufferedInputStream(client.getInputStream())) {
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                String[] words = head.split(" ", 3);
                String line = words[0] + " " + words[1].substring("/fs".length());
                heard.add(new Heard(line, head, new String(body(in, head), UTF_8)));
                Answering answer = told.get(line);
                OutputStream out = client.getOutputStream();
                if (answer == null) {
                    out.write("HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
                } else {
                    answer.to(out);
                }
                out.flush();
            }
        } catch (IOException e) {
            // The client, or what it was told, has hung up.
            return;
        } finally {
            open.remove(client);
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (!out.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int octet = in.read();
            if (octet < 0) {
                return "";
            }
            out.write(octet);
        }
        return out.toString(ISO_8859_1);
    }

    private static byte[] body(InputStream in, String head) throws IOException {
        for (String line : head.split("\r\n", -1)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length: ")) {
                return in.readNBytes(Integer.parseInt(line.substring(16)));
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (head.contains("chunked")) {
            String size = line(in);
            int length = Integer.parseInt(size.trim(), 16);
            out.write(in.readNBytes(length));
            line(in);
            if (length == 0) {
                return out.toByteArray();
            }
        }
        return out.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder out = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("cut");
            }
            out.append((char) octet);
        }
        return out.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket client : open) {
            client.close();
        }
    }
}
