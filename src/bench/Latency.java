import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/**
 * A way to a server of this host that takes longer: {@code java Latency.java PORT TO-PORT MILLIS} delays what passes, each
 * direction by half of the milliseconds. What is sent faster than it arrives queues up: there is no limit on the bytes under way.
 */
final class Latency {

    private record Piece(byte[] bytes, long due) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(due, ((Piece) other).due);
        }
    }

    public static void main(String[] args) throws IOException {
        int to = Integer.parseInt(args[1]);
        long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[2])) / 2;
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket server = new ServerSocket(Integer.parseInt(args[0]), 50, loopback)) {
            while (true) {
                Socket client = server.accept();
                Socket behind = new Socket(loopback, to);
                client.setTcpNoDelay(true);
                behind.setTcpNoDelay(true);
                pass(client, behind, nanos);
                pass(behind, client, nanos);
            }
        }
    }

    private static void pass(Socket from, Socket to, long nanos) {
        DelayQueue<Piece> queue = new DelayQueue<>();
        start(() -> {
            try (InputStream in = from.getInputStream()) {
                byte[] buffer = new byte[64 << 10];
                for (int count; (count = in.read(buffer)) >= 0; ) {
                    queue.add(new Piece(java.util.Arrays.copyOf(buffer, count), System.nanoTime() + nanos));
                }
            } finally {
                queue.add(new Piece(new byte[0], System.nanoTime() + nanos));
            }
        });
        start(() -> {
            try (OutputStream out = to.getOutputStream()) {
                for (Piece piece; (piece = queue.take()).bytes.length > 0; ) {
                    out.write(piece.bytes);
                }
            }
        });
    }

    private interface Task {
        void run() throws Exception;
    }

    private static void start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (Exception e) {
                // The connection is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
