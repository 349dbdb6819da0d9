package dev.packhorse.store.sftp;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/** Fills an open file from its front, as many requests in flight as fit into {@value Pipeline#WINDOW} bytes. */
final class Sink {

    /** What the server is asked to copy in one request, so that each is answered in time. */
    private static final long COPY = 64L << 20;

    private final Connection connection;
    private final byte[] handle;
    private final Deque<CompletableFuture<Reply>> unanswered = new ArrayDeque<>();
    private final int window;
    private long position;

    Sink(Connection connection, byte[] handle) {
        this.connection = connection;
        this.handle = handle;
        this.window = Math.max(2, Pipeline.WINDOW / connection.maxWrite());
    }

    /** The most bytes for one {@link #write}. */
    int most() {
        return connection.maxWrite();
    }

    /** Takes bytes; they are sent when this returns. */
    void write(byte[] bytes, int count) throws IOException {
        while (unanswered.size() >= window) {
            connection.awaitLong(unanswered.remove()).done();
        }
        unanswered.add(connection.send(
                new Request(Request.WRITE).bytes(handle).int64(position).data(bytes, count)));
        position += count;
    }

    /** Takes the first bytes of another open file of the same connection. */
    void copy(byte[] from, long size) throws IOException {
        if (connection.hasCopyData()) {
            while (position < size) {
                long count = Math.min(COPY, size - position);
                Request request = Request.extended("copy-data")
                        .bytes(from)
                        .int64(position)
                        .int64(count)
                        .bytes(handle)
                        .int64(position);
                connection.awaitLong(connection.send(request)).done();
                position += count;
            }
            requireSize(size);
            return;
        }
        byte[] buffer = new byte[most()];
        try (Pipeline in = new Pipeline(connection, from, 0, size)) {
            for (int n = in.readNBytes(buffer, 0, buffer.length); n > 0; n = in.readNBytes(buffer, 0, buffer.length)) {
                write(buffer, n);
            }
        }
    }

    /** A source that has shrunk is copied short, without a word. */
    private void requireSize(long size) throws IOException {
        Attributes copy = connection.await(connection.stat(handle)).attributes();
        if (copy.size() != size) {
            throw new EOFException("the file ends at " + copy.size() + ": it has shrunk");
        }
    }

    /** Waits until all of it is written. */
    void finish() throws IOException {
        while (!unanswered.isEmpty()) {
            connection.awaitLong(unanswered.remove()).done();
        }
    }
}
