package dev.packhorse.gateway;

import dev.packhorse.server.HttpExchange;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A line for each request, written by a thread of its own.
 *
 * <p>Shape: {@code 2026-11-21T12:00:00.123Z 127.0.0.1 GET /fs/files/a 200 protocol=httpfs export=/files received=0 sent=1024
 * ms=0.412 request=17}, and {@code via=} the address of the trusted proxy if it came through one. The query of a target is left
 * out, since it may hold a token, and so is a user before a host; what is no printable ASCII is escaped as {@code \xHH}. When the
 * disk cannot follow, requests wait for the log rather than go unlogged.
 */
final class AccessLog implements Closeable {

    /** What who writes to the standard output holds meanwhile, so that lines of one log are not in those of another. */
    static final Object STDOUT = new Object();

    private static final Logger LOG = Logger.getLogger(AccessLog.class);
    private static final int CAPACITY = 16_384;
    private static final long PAUSE_NANOS = 50_000_000;
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** One request, or with no exchange the end of the log. */
    private record Line(
            long millis, @Nullable HttpExchange exchange, int status, long received, long sent, long nanos) {}

    private final BlockingQueue<Line> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final OutputStream out;
    private final Thread writer;
    private long second = Long.MIN_VALUE;
    private String secondText = "";

    private AccessLog(OutputStream out) {
        this.out = out;
        this.writer = new Thread(this::write, "access-log");
        writer.setDaemon(true);
        writer.start();
    }

    /**
     * Opens the log.
     *
     * @param where {@code stdout}, {@code off} or a file, to which lines are added
     * @return {@code null} for {@code off}
     */
    static @Nullable AccessLog open(String where) throws IOException {
        if (where.equals("off")) {
            return null;
        }
        if (where.equals("stdout")) {
            return new AccessLog(new BufferedOutputStream(stdout(), 64 << 10));
        }
        Path file = Path.of(where).toAbsolutePath();
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        return new AccessLog(new BufferedOutputStream(new FileOutputStream(file.toFile(), true), 64 << 10));
    }

    /** Takes what the buffer above it has at once: whole lines. */
    private static OutputStream stdout() {
        return new FileOutputStream(FileDescriptor.out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                synchronized (STDOUT) {
                    super.write(bytes, offset, length);
                }
            }
        };
    }

    void add(HttpExchange exchange, int status, long received, long sent, long nanos) {
        Line line = new Line(System.currentTimeMillis(), exchange, status, received, sent, nanos);
        if (!queue.offer(line)) {
            put(line);
        }
    }

    private void put(Line line) {
        LockSupport.unpark(writer);
        try {
            queue.put(line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Comes by every {@link #PAUSE_NANOS}: to be woken for each line would cost a request more than the line. */
    private void write() {
        StringBuilder text = new StringBuilder(256);
        List<Line> lines = new ArrayList<>(CAPACITY);
        try (out) {
            while (true) {
                queue.drainTo(lines);
                for (Line line : lines) {
                    HttpExchange exchange = line.exchange;
                    if (exchange == null) {
                        return;
                    }
                    text.setLength(0);
                    format(line, exchange, text);
                    out.write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
                }
                if (lines.size() < CAPACITY / 2) {
                    out.flush();
                    LockSupport.parkNanos(this, PAUSE_NANOS);
                }
                lines.clear();
            }
        } catch (IOException e) {
            LOG.errorf(e, "the access log cannot be written; requests are no longer logged");
            discard();
        }
    }

    /** Keeps requests from waiting for a log that is broken. */
    private void discard() {
        try {
            while (queue.take().exchange != null) {
                // the request is over; there is nothing to keep
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void format(Line line, HttpExchange exchange, StringBuilder text) {
        long seconds = Math.floorDiv(line.millis, 1000);
        if (seconds != second) {
            second = seconds;
            secondText = SECONDS.format(Instant.ofEpochSecond(seconds));
        }
        int millis = Math.floorMod(line.millis, 1000);
        text.append(secondText)
                .append((char) ('0' + millis / 100))
                .append((char) ('0' + millis / 10 % 10))
                .append((char) ('0' + millis % 10))
                .append("Z ")
                .append(exchange.remote())
                .append(' ');
        escape(
                Objects.requireNonNullElse(
                        exchange.operation(), exchange.request().method()),
                text);
        text.append(' ');
        escape(
                Objects.requireNonNullElse(
                        exchange.path(), withoutSecrets(exchange.request().target())),
                text);
        long micros = line.nanos / 1000;
        text.append(' ')
                .append(line.status)
                .append(" protocol=")
                .append(exchange.protocol() == null ? "-" : exchange.protocol())
                .append(" export=");
        escape(exchange.export() == null ? "-" : exchange.export(), text);
        text.append(" received=")
                .append(line.received)
                .append(" sent=")
                .append(line.sent)
                .append(" ms=")
                .append(micros / 1000)
                .append('.')
                .append((char) ('0' + micros / 100 % 10))
                .append((char) ('0' + micros / 10 % 10))
                .append((char) ('0' + micros % 10))
                .append(" request=")
                .append(exchange.number());
        if (exchange.via() != null) {
            text.append(" via=").append(exchange.via());
        }
        text.append('\n');
    }

    /** What is asked for, without what may be a secret: the query, and who is named before the host of an absolute target. */
    static String withoutSecrets(String target) {
        int query = target.indexOf('?');
        String asked = query < 0 ? target : target.substring(0, query);
        int host = asked.indexOf("://") + 3;
        if (host < 3) {
            return asked;
        }
        int slash = asked.indexOf('/', host);
        int at = asked.lastIndexOf('@', slash < 0 ? asked.length() : slash);
        return at < host ? asked : asked.substring(0, host) + asked.substring(at + 1);
    }

    private static void escape(String value, StringBuilder text) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c > ' ' && c < 0x7f && c != '\\') {
                text.append(c);
            } else if (c < 0x100) {
                text.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                text.append("\\u").append(Integer.toHexString(0x10000 | c), 1, 5);
            }
        }
    }

    /** Writes what is queued, then ends. */
    @Override
    public void close() throws IOException {
        put(new Line(0, null, 0, 0, 0, 0));
        LockSupport.unpark(writer);
        try {
            writer.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
