package dev.packhorse.store.s3;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** A port that leads to another, on which answers or requests can be cut off or held back behind some of their bytes. */
final class FaultyWire implements Closeable {

    private static final long NEVER = Long.MAX_VALUE;

    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile long answers = NEVER;
    private volatile long requests = NEVER;
    private volatile boolean stall;

    FaultyWire(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Cuts each connection when so many more bytes of answers have come through it. */
    void cutAnswers(long bytes) {
        stall = false;
        answers = bytes;
    }

    /** Lets no more than so many bytes of answers through each connection, and keeps it. */
    void stallAnswers(long bytes) {
        stall = true;
        answers = bytes;
    }

    /** Cuts each connection when so many more bytes of requests have come through it. */
    void cutRequests(long bytes) {
        stall = false;
        requests = bytes;
    }

    /** Lets everything through, on new connections. */
    void heal() {
        answers = NEVER;
        requests = NEVER;
    }

    private void start(Runnable task) {
        Thread thread = new Thread(task, "faulty-wire");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = new Socket();
                sockets.add(client);
                sockets.add(server);
                server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
                start(() -> relay(client, server, false));
                start(() -> relay(server, client, true));
            }
        } catch (IOException e) {
            // The listener is closed, or the server is gone.
            return;
        }
    }

    private void relay(Socket from, Socket to, boolean answer) {
        byte[] buffer = new byte[16 * 1024];
        long limit = NEVER;
        long passed = 0;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                long now = answer ? answers : requests;
                if (now != limit) {
                    limit = now;
                    passed = 0;
                }
                int let = (int) Math.min(count, limit - passed);
                out.write(buffer, 0, let);
                passed += let;
                if (let < count) {
                    if (stall) {
                        closed.await();
                    }
                    return;
                }
            }
        } catch (IOException e) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
