package dev.packhorse.store.sftp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP proxy on loopback that can be slow, stop, and cut what goes through it. */
final class FaultyWire implements AutoCloseable {

    private record Chunk(ByteBuffer bytes, long due) {}

    private final ServerSocket listener;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile long latencyMillis;
    private volatile boolean stalled;
    private volatile long cutAfter = Long.MAX_VALUE;

    FaultyWire(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    int accepted() {
        return accepted.get();
    }

    /** Time for one way through. */
    void latency(long millis) {
        latencyMillis = millis;
    }

    /** From now on nothing arrives any more, but connections stay. */
    void stall() {
        stalled = true;
    }

    /** Each connection ends after so many bytes from the server. */
    void cutAfter(long bytes) {
        cutAfter = bytes;
    }

    /** Ends all connections; new ones are taken. */
    void cut() {
        for (Socket socket : sockets) {
            close(socket);
        }
        sockets.clear();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                accepted.incrementAndGet();
                connect(client);
            } catch (IOException e) {
                // Closed, most likely.
                Thread.onSpinWait();
            }
        }
    }

    private void connect(Socket client) throws IOException {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            sockets.add(client);
            sockets.add(server);
            pipe(client, server, Long.MAX_VALUE);
            pipe(server, client, cutAfter);
        } catch (IOException e) {
            client.close();
        }
    }

    private void pipe(Socket from, Socket to, long most) {
        BlockingQueue<Chunk> queue = new LinkedBlockingQueue<>(1000);
        start(() -> {
            try (InputStream in = from.getInputStream()) {
                byte[] buffer = new byte[64 * 1024];
                long total = 0;
                for (int n = in.read(buffer); n > 0 && total < most; n = in.read(buffer)) {
                    total += n;
                    queue.put(new Chunk(
                            ByteBuffer.wrap(Arrays.copyOf(buffer, n)),
                            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(latencyMillis)));
                }
                close(from);
                close(to);
            } catch (IOException | InterruptedException e) {
                close(from);
                close(to);
            }
        });
        start(() -> {
            try (OutputStream out = to.getOutputStream()) {
                while (!from.isClosed()) {
                    Chunk chunk = queue.poll(100, TimeUnit.MILLISECONDS);
                    if (chunk != null) {
                        TimeUnit.NANOSECONDS.sleep(chunk.due() - System.nanoTime());
                        if (!stalled) {
                            out.write(chunk.bytes().array());
                        }
                    }
                }
            } catch (IOException | InterruptedException e) {
                close(from);
            }
        });
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "faulty-wire");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }
}
