package dev.packhorse.store.sftp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an open file, asked for ahead: as many requests are in flight as fit into {@value #WINDOW} bytes.
 *
 * <p>The window opens while the stream is read, so that who wants little pays for little. A server that answers with less than
 * was asked for is asked for the rest.
 */
final class Pipeline extends InputStream {

    /** The bandwidth-delay product of 1 Gbit/s at 30 ms, and the memory that one slow reader may hold. */
    static final int WINDOW = 4 << 20;

    /** One request and where its answer belongs. */
    private record Piece(long offset, int length, CompletableFuture<Reply> reply) {}

    private final Connection connection;
    private final byte[] handle;
    private final long end;
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private ByteBuffer ready = ByteBuffer.allocate(0);
    private long asked;
    private long given;
    private int allowed;
    private boolean closed;

    /** A stream of {@code length} bytes from {@code offset}; nothing is asked for yet. */
    Pipeline(Connection connection, byte[] handle, long offset, long length) {
        this.connection = connection;
        this.handle = handle;
        this.asked = offset;
        this.given = offset;
        this.end = offset + length;
        this.allowed = 2 * connection.maxRead();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("the stream is closed");
        }
        if (length == 0) {
            return 0;
        }
        if (given == end) {
            return -1;
        }
        if (!ready.hasRemaining()) {
            fill();
            receive();
        }
        int n = Math.min(length, ready.remaining());
        ready.get(buffer, offset, n);
        given += n;
        return n;
    }

    /** What is left of the range, for those who have read the beginning. */
    long remaining() {
        return end - given;
    }

    void fill() throws IOException {
        int size = connection.maxRead();
        int most = Math.max(2, allowed / size);
        while (asked < end && pieces.size() < most) {
            int length = (int) Math.min(size, end - asked);
            pieces.addLast(piece(asked, length));
            asked += length;
        }
    }

    private Piece piece(long offset, int length) throws IOException {
        Request read = new Request(Request.READ).bytes(handle).int64(offset).int32(length);
        return new Piece(offset, length, connection.send(read));
    }

    private void receive() throws IOException {
        Piece piece = pieces.removeFirst();
        ByteBuffer data;
        try {
            data = connection.await(piece.reply()).data();
        } catch (StatusException e) {
            if (e.code() == StatusException.EOF) {
                throw shrunk(piece.offset(), e);
            }
            throw e;
        }
        int missing = piece.length() - data.remaining();
        if (!data.hasRemaining() || missing < 0) {
            throw shrunk(piece.offset(), null);
        }
        if (missing > 0) {
            pieces.addFirst(piece(piece.offset() + data.remaining(), missing));
        }
        allowed = Math.min(WINDOW, allowed + 2 * piece.length());
        ready = data;
        fill();
    }

    private static EOFException shrunk(long at, @Nullable Throwable cause) {
        EOFException shrunk = new EOFException("the file ends at " + at + ": it has shrunk");
        if (cause != null) {
            shrunk.initCause(cause);
        }
        return shrunk;
    }

    @Override
    public int available() {
        return ready.remaining();
    }

    @Override
    public void close() {
        closed = true;
        pieces.clear();
        ready = ByteBuffer.allocate(0);
    }
}
