package dev.packhorse.store.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.apache.hc.core5.http.ConnectionClosedException;

/**
 * A connection without TLS, taken from the client in the middle of a body: what still comes is read straight into memory of the
 * caller's. It goes back to nobody; who has it closes the answer that it came from.
 */
final class PlainSocket implements Closeable {

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final long silenceMillis;

    private PlainSocket(SocketChannel channel, Selector selector, SelectionKey key, Duration silence) {
        this.channel = channel;
        this.selector = selector;
        this.key = key;
        this.silenceMillis = Math.max(1, silence.toMillis());
    }

    /**
     * Takes a connection that nobody else reads from.
     *
     * @param silence how long nothing may come
     */
    static PlainSocket of(SocketChannel channel, Duration silence) throws IOException {
        Selector selector = Selector.open();
        try {
            channel.configureBlocking(false);
            return new PlainSocket(channel, selector, channel.register(selector, 0), silence);
        } catch (IOException | RuntimeException e) {
            try (selector) {
                throw e;
            }
        }
    }

    /**
     * Reads what is there, waiting for the first byte.
     *
     * @throws ConnectionClosedException at the end: there is more to come in any answer that this is taken from
     * @throws SocketException if the connection breaks
     */
    int read(ByteBuffer into) throws IOException {
        int count = now(into);
        while (count == 0) {
            await();
            count = now(into);
        }
        return count;
    }

    private int now(ByteBuffer into) throws IOException {
        try {
            int count = channel.read(into);
            if (count < 0) {
                throw new ConnectionClosedException("the server closes the connection in the middle of a body");
            }
            return count;
        } catch (ConnectionClosedException | ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            // The JDK does not tell a reset from other failures here, as it does for its other sockets.
            SocketException broken = new SocketException(e.getMessage());
            broken.initCause(e);
            throw broken;
        }
    }

    private void await() throws IOException {
        try {
            key.interestOps(SelectionKey.OP_READ);
            int ready = selector.select(silenceMillis);
            selector.selectedKeys().clear();
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted");
            }
            if (ready == 0 && selector.isOpen() && key.isValid()) {
                throw new SocketTimeoutException("the server sends nothing more");
            }
        } catch (ClosedSelectorException | CancelledKeyException e) {
            ClosedChannelException closing = new AsynchronousCloseException();
            closing.initCause(e);
            throw closing;
        }
    }

    /** Ends a read that waits; the channel itself is closed by the answer. */
    @Override
    public void close() throws IOException {
        selector.close();
    }
}
