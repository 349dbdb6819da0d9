package dev.packhorse.store.vfs.ftp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A data connection in use. It ends by {@link #finish}, when all has come or gone, or by {@link #abort}, which may come from
 * another thread.
 */
final class Transfer {

    /** How long a server may take at most to say why it closed a data connection; one that lives does so at once. */
    private static final Duration REASON = Duration.ofSeconds(10);

    private final Connection connection;
    private final Wire.Data data;
    private final AtomicBoolean ended = new AtomicBoolean();
    /** A byte that came before anybody read; -1 for none. */
    private int ahead = -1;

    Transfer(Connection connection, Wire.Data data) {
        this.connection = connection;
        this.data = data;
    }

    /** The preliminary reply; many servers name the size of the file in it. */
    Reply begun() {
        return data.begun();
    }

    /**
     * Waits for the first byte, which the next {@link #read} gets. A server may open the file only behind its preliminary reply: which one
     * it sends can be asked from then on. If none comes in time, who reads is told.
     */
    void awaitFirst() throws IOException {
        byte[] first = new byte[1];
        try {
            if (read(first, 0, 1) == 1) {
                ahead = first[0] & 0xff;
            }
        } catch (SocketTimeoutException e) {
            ahead = -1;
        }
    }

    /**
     * Reads some bytes.
     *
     * @return how many, or -1 at the end of the data connection, which says nothing until {@link #finish} has succeeded
     */
    int read(byte[] buffer, int offset, int length) throws IOException {
        if (ahead >= 0 && length > 0) {
            buffer[offset] = (byte) ahead;
            ahead = -1;
            return 1;
        }
        try {
            return data.socket().getInputStream().read(buffer, offset, length);
        } catch (IOException e) {
            throw explained(e);
        }
    }

    /** The bytes as they come, for those who read to the end. */
    InputStream in() throws IOException {
        return data.socket().getInputStream();
    }

    /** Takes bytes; each write has as long as a read may take. The one who closes it calls {@link #finish} instead. */
    WatchedOutput out() throws IOException {
        return new WatchedOutput(
                data.socket().getOutputStream(), connection.options().dataTimeout());
    }

    /**
     * Closes the data connection and waits for the server to say that it was whole.
     *
     * @throws RefusedException if it says that it was not
     */
    void finish() throws IOException {
        if (!ended.compareAndSet(false, true)) {
            throw new IOException("the transfer has been broken off");
        }
        try {
            // Closes TLS properly as well.
            data.socket().close();
        } catch (IOException e) {
            connection.abandon();
            throw e;
        }
        Wire.require(connection.outcome());
    }

    /**
     * Breaks off: returns within a short time, with the connection in step or given up.
     *
     * @return false if somebody has ended it already, who may be waiting for the outcome yet
     */
    boolean abort() {
        boolean first = ended.compareAndSet(false, true);
        if (first) {
            Wire.close(data.plain());
            connection.settle();
        }
        return first;
    }

    /** Why a data connection broke, if the server says so in time. */
    IOException explained(IOException broken) {
        if (broken instanceof SocketTimeoutException || !ended.compareAndSet(false, true)) {
            return broken;
        }
        Wire.close(data.plain());
        try {
            Duration usual = connection.options().replyTimeout();
            Reply reply = connection.outcome(usual.compareTo(REASON) < 0 ? usual : REASON);
            if (!reply.isDone()) {
                RefusedException refused = new RefusedException(reply);
                refused.addSuppressed(broken);
                return refused;
            }
        } catch (IOException e) {
            broken.addSuppressed(e);
        }
        connection.abandon();
        return broken;
    }

    /** A stream whose writes do not wait forever for a peer that takes nothing, which sockets of the JDK do. */
    final class WatchedOutput extends OutputStream {
        private final OutputStream out;
        private final long limit;
        private final Future<?> watch;
        private volatile long since;
        private volatile boolean late;

        WatchedOutput(OutputStream out, Duration timeout) {
            this.out = out;
            this.limit = timeout.toNanos();
            this.watch = Clock.every(timeout.dividedBy(4).plusMillis(1), this::look);
        }

        private void look() {
            long began = since;
            if (began != 0 && System.nanoTime() - began > limit) {
                late = true;
                Wire.close(data.plain());
            }
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            since = System.nanoTime() | 1;
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                if (late) {
                    SocketTimeoutException timeout = new SocketTimeoutException("the server takes no more data");
                    timeout.initCause(e);
                    throw timeout;
                }
                throw explained(e);
            } finally {
                since = 0;
            }
        }

        @Override
        public void close() {
            watch.cancel(false);
        }
    }

    /** Says whether a preliminary reply names a number of bytes, and which. */
    static @Nullable Long announced(Reply begun) {
        String text = begun.text();
        int end = text.lastIndexOf(" bytes)");
        int open = end < 0 ? -1 : text.lastIndexOf('(', end);
        if (open < 0 || end - open > 19) {
            return null;
        }
        String digits = text.substring(open + 1, end);
        return !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.valueOf(digits) : null;
    }
}
