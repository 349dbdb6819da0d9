package dev.packhorse.store.http;

import dev.packhorse.fs.FsException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * So many bytes of a file: first those at hand, then those of an answer. Read to its end it leaves the connection to the next
 * request; closed before, it drops it. What is read into a direct buffer, where much is still to come, comes from the socket without
 * passing through the client, which costs the connection.
 */
final class WebStream extends InputStream implements ReadableByteChannel {

    /** Of less than this the connection is worth more than the copies. */
    private static final long MUCH = 1 << 20;

    private final ByteBuffer first;
    private final @Nullable Answer answer;
    private final Function<IOException, FsException> failure;
    private long left;
    private volatile boolean closed;
    private volatile @Nullable PlainSocket direct;

    /**
     * Takes over an answer.
     *
     * @param first bytes that go before those of the answer
     * @param answer what comes behind them; {@code null} for nothing
     * @param length how many bytes in all
     * @param failure what is thrown for a failure
     */
    WebStream(ByteBuffer first, @Nullable Answer answer, long length, Function<IOException, FsException> failure) {
        this.first = first;
        this.answer = answer;
        this.left = length;
        this.failure = failure;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        return read(ByteBuffer.wrap(buffer, offset, length));
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!into.hasRemaining() || left == 0) {
            return into.hasRemaining() ? -1 : 0;
        }
        int limit = into.limit();
        try {
            into.limit(into.position() + (int) Math.min(into.remaining(), left));
            int count = some(into);
            if (count < 0) {
                throw new EOFException(left + " bytes are missing");
            }
            left -= count;
            if (left == 0) {
                end();
            }
            return count;
        } catch (IOException e) {
            throw failure.apply(e);
        } finally {
            into.limit(limit);
        }
    }

    private int some(ByteBuffer into) throws IOException {
        if (first.hasRemaining()) {
            int count = Math.min(into.remaining(), first.remaining());
            into.put(first.slice(first.position(), count));
            first.position(first.position() + count);
            return count;
        }
        if (answer == null) {
            return -1;
        }
        PlainSocket socket = direct;
        if (socket != null) {
            return socket.read(into);
        }
        InputStream in = answer.stream();
        if (into.hasArray()) {
            int count = in.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
            into.position(into.position() + Math.max(0, count));
            return count;
        }
        int at = in.available();
        if (at == 0 && left >= MUCH) {
            PlainSocket taken = take(answer);
            if (taken != null) {
                return taken.read(into);
            }
        }
        byte[] bytes = new byte[Math.min(into.remaining(), at > 0 ? at : 1 << 16)];
        int count = in.read(bytes);
        into.put(bytes, 0, Math.max(0, count));
        return count;
    }

    private @Nullable PlainSocket take(Answer from) throws IOException {
        PlainSocket taken = from.take();
        direct = taken;
        if (taken != null && closed) {
            taken.close();
        }
        return taken;
    }

    /** The end of the answer, so that the connection can be used again; if there is more, it is not. */
    private void end() throws IOException {
        if (answer != null && direct == null && !first.hasRemaining()) {
            answer.stream().read();
        }
    }

    @Override
    public int available() {
        return (int) Math.min(left, first.remaining());
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    /** At once, also while another thread reads. */
    @Override
    public void close() throws IOException {
        closed = true;
        if (answer != null) {
            answer.close();
        }
        PlainSocket socket = direct;
        if (socket != null) {
            socket.close();
        }
    }
}
