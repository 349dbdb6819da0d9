package dev.packhorse.store.replay;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the device, for one command. Reading and writing wait for a limited time; closing, from any thread, ends both at
 * once.
 */
final class Connection implements Closeable {

    private final Whereabouts.Endpoint at;
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final Runnable released;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final long stallNanos;
    private volatile long deadline = Long.MAX_VALUE;

    private Connection(
            Whereabouts.Endpoint at,
            SocketChannel channel,
            Selector selector,
            SelectionKey key,
            Duration stall,
            Runnable released) {
        this.at = at;
        this.channel = channel;
        this.selector = selector;
        this.key = key;
        this.stallNanos = stall.toNanos();
        this.released = released;
    }

    /**
     * Connects.
     *
     * @param stall how long the other side may do nothing
     * @param released run once, when the connection is closed or could not be made
     * @throws LostException if nobody takes the connection
     */
    static Connection open(Whereabouts.Endpoint at, Duration connectTimeout, Duration stall, Runnable released)
            throws IOException {
        Connection connection = null;
        try {
            connection = prepared(at, stall, released);
            connection.connect(at.address(), connectTimeout);
            return connection;
        } catch (IOException e) {
            if (connection == null) {
                released.run();
            } else {
                connection.close();
            }
            throw e instanceof SocketTimeoutException ? e : new LostException("no connection to the device", e);
        }
    }

    private static Connection prepared(Whereabouts.Endpoint at, Duration stall, Runnable released) throws IOException {
        SocketChannel channel = SocketChannel.open();
        Selector selector = null;
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            selector = Selector.open();
            return new Connection(at, channel, selector, channel.register(selector, 0), stall, released);
        } catch (IOException e) {
            channel.close();
            if (selector != null) {
                selector.close();
            }
            throw e;
        }
    }

    /** Where the device is. */
    Whereabouts.Endpoint at() {
        return at;
    }

    private void connect(InetSocketAddress address, Duration timeout) throws IOException {
        long until = System.nanoTime() + timeout.toNanos();
        if (!channel.connect(address)) {
            do {
                await(SelectionKey.OP_CONNECT, until);
            } while (!channel.finishConnect());
        }
    }

    /** From now on bytes must have come within so long, however many come in between; {@code null} for no such limit. */
    void limit(@Nullable Duration all) {
        deadline = all == null ? Long.MAX_VALUE : System.nanoTime() + all.toNanos();
    }

    /** Reads what is there, waiting for the first byte; -1 at the end. */
    int read(ByteBuffer into) throws IOException {
        int count = channel.read(into);
        if (count == 0) {
            long until = until();
            do {
                await(SelectionKey.OP_READ, until);
                count = channel.read(into);
            } while (count == 0);
        }
        return count;
    }

    /** Writes all; the other side may take nothing for a limited time only. */
    void write(byte[] buffer, int offset, int length) throws IOException {
        ByteBuffer from = ByteBuffer.wrap(buffer, offset, length);
        while (from.hasRemaining()) {
            if (channel.write(from) == 0) {
                long until = until();
                do {
                    await(SelectionKey.OP_WRITE, until);
                } while (channel.write(from) == 0);
            }
        }
    }

    private long until() {
        long stalled = System.nanoTime() + stallNanos;
        long limit = deadline;
        return limit == Long.MAX_VALUE || stalled - limit < 0 ? stalled : limit;
    }

    private void await(int what, long until) throws IOException {
        long left = until - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("the device does not answer in time");
        }
        try {
            key.interestOps(what);
            selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
            selector.selectedKeys().clear();
        } catch (ClosedSelectorException | CancelledKeyException e) {
            ClosedChannelException closing = new AsynchronousCloseException();
            closing.initCause(e);
            throw closing;
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
    }

    /** At once: what the device still sends is refused. */
    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            try (selector;
                    channel) {
                return;
            } finally {
                released.run();
            }
        }
    }
}
