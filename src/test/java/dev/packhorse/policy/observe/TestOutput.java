package dev.packhorse.policy.observe;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Keeps what is written, unless it is told to have no room, or to be slow. */
final class TestOutput implements AuditOutput {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long room = Long.MAX_VALUE;
    private int writes;
    private boolean closed;
    private volatile CountDownLatch pass = new CountDownLatch(0);
    private volatile CountDownLatch arrived = new CountDownLatch(0);

    @Override
    public void write(ByteBuffer lines) throws IOException {
        arrived.countDown();
        try {
            pass.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        synchronized (this) {
            writes++;
            while (lines.hasRemaining() && room > 0) {
                bytes.write(lines.get());
                room--;
            }
            if (lines.hasRemaining()) {
                throw new IOException("No space left on device");
            }
        }
    }

    /** From now on there is room for so many bytes. */
    synchronized void room(long left) {
        room = left;
    }

    /** From now on each write waits until {@link #release}. */
    void hold() {
        arrived = new CountDownLatch(1);
        pass = new CountDownLatch(1);
    }

    /** Waits until a write is held. */
    void awaitHeld() throws InterruptedException {
        arrived.await();
    }

    void release() {
        pass.countDown();
    }

    /** How many writes have come, also those without room. */
    synchronized int writes() {
        return writes;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized String text() {
        return bytes.toString(US_ASCII);
    }

    List<Map<String, Object>> lines() throws IOException {
        return AuditLines.parse(text());
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return "test";
    }
}
