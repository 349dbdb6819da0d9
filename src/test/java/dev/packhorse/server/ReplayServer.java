package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.front.replay.Device;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The emulated device behind its real listener. */
final class ReplayServer implements Closeable {

    /** The defaults, with little room. */
    static final ReplaySettings SETTINGS = new ReplaySettings(
            "127.0.0.1",
            0,
            1024,
            8,
            ReplaySettings.DEFAULT.headTimeout(),
            ReplaySettings.DEFAULT.bodyTimeout(),
            ReplaySettings.DEFAULT.writeTimeout(),
            ReplaySettings.DEFAULT.stopTimeout());

    /** Everything that may take long takes at most a moment. */
    static final ReplaySettings IMPATIENT = new ReplaySettings(
            "127.0.0.1",
            0,
            1024,
            8,
            Duration.ofMillis(400),
            Duration.ofMillis(400),
            Duration.ofMillis(400),
            Duration.ofSeconds(5));

    /** What the observer was told. */
    record Finished(
            String method,
            int status,
            @Nullable String operation,
            @Nullable String path,
            @Nullable String export,
            long received,
            long sent) {}

    /** An answer as it was cut into chunks. */
    record Chunked(String head, List<byte[]> chunks) {

        /** Reads the framing strictly: nothing may be missing, and nothing may follow. */
        static Chunked parse(byte[] wire) {
            String text = new String(wire, StandardCharsets.ISO_8859_1);
            int at = text.indexOf("\r\n\r\n") + 4;
            String head = text.substring(0, at);
            List<byte[]> chunks = new CopyOnWriteArrayList<>();
            while (true) {
                int line = text.indexOf("\r\n", at);
                int size = Integer.parseInt(text.substring(at, line), 16);
                assertThat(text.substring(line + 2 + size, line + 4 + size)).isEqualTo("\r\n");
                at = line + 4 + size;
                if (size == 0) {
                    assertThat(text.substring(at)).isEmpty();
                    return new Chunked(head, chunks);
                }
                chunks.add(text.substring(line + 2, line + 2 + size).getBytes(StandardCharsets.ISO_8859_1));
            }
        }

        byte[] body() {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            chunks.forEach(all::writeBytes);
            return all.toByteArray();
        }

        String text() {
            return new String(body(), StandardCharsets.UTF_8);
        }
    }

    final Device device;
    final ReplayListener listener;
    private final List<Finished> finished = new CopyOnWriteArrayList<>();

    ReplayServer(ReplaySettings settings) throws IOException {
        this(settings, new Device());
    }

    ReplayServer(ReplaySettings settings, Device device) throws IOException {
        this(settings, device, Limits.none());
    }

    ReplayServer(ReplaySettings settings, Device device, Limits limits) throws IOException {
        this.device = device;
        listener = new ReplayListener(
                settings,
                device.front,
                remote -> device.exports,
                (exchange, status, received, sent, nanos) -> finished.add(new Finished(
                        exchange.request().method(),
                        status,
                        exchange.operation(),
                        exchange.path(),
                        exchange.export(),
                        received,
                        sent)),
                limits);
        listener.start();
    }

    /** What the observer was told, once it was told so often: a client has its answer before. */
    List<Finished> finished(int count) {
        await().until(() -> finished.size() >= count);
        return finished;
    }

    RawClient connect() throws IOException {
        return new RawClient(listener.port());
    }

    /** Sends one text on a connection of its own and returns all that comes back. */
    byte[] talk(String request) throws IOException {
        try (RawClient client = connect()) {
            return client.send(request).readAll().getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /** A GET as old clients send it. */
    static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nAccept-Encoding: text/plain\r\nUser-Agent: Replay-HTTPFS/1\r\n"
                + "Authorization: Basic Uk5TQmFzaWM6QTd4KjgtUXQ=\r\nHost: 127.0.0.1\r\n\r\n";
    }

    /** A POST as old clients send it. */
    static String post(String query, int length, String body) {
        return "POST /httpfs-writefile?" + query + " HTTP/1.0\r\nContent-Length: " + length
                + "\r\nUser-Agent: Replay-HTTPFS/1\r\n\r\n" + body;
    }

    /** The body of the answer to a GET. */
    String ask(String target) throws IOException {
        return Chunked.parse(talk(get(target))).text();
    }

    @Override
    public void close() {
        listener.stop();
    }
}
