import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients of one address of the loopback, which ask a server of this host for a path.
 *
 * <p>{@code java Crowd.java ask FROM PORT PATH SECONDS}: one of them, on one connection, 250 times a second; prints the
 * microseconds within which 99 of 100 answers are there. {@code java Crowd.java flood FROM PORT PATH SECONDS KEEPING LEAVING}: many that do not care what the answer
 * is, of which some keep their connections and some make a new one for each request; prints how many answers were 200 and 429, and how
 * many connections broke.
 */
final class Crowd {

    private static final long PAUSE_NANOS = 4_000_000;

    private final InetAddress from;
    private final int port;
    private final byte[] request;
    private final long end;

    private Crowd(String[] args) throws IOException {
        from = InetAddress.getByName(args[1]);
        port = Integer.parseInt(args[2]);
        request = ("GET " + args[3] + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        end = System.nanoTime() + Long.parseLong(args[4]) * 1_000_000_000L;
    }

    public static void main(String[] args) throws Exception {
        Crowd crowd = new Crowd(args);
        if (args[0].equals("ask")) {
            System.out.println(crowd.ask());
        } else {
            System.out.println(crowd.flood(Integer.parseInt(args[5]), Integer.parseInt(args[6])));
        }
    }

    private boolean goesOn() {
        return System.nanoTime() - end < 0;
    }

    private long ask() throws IOException {
        long[] nanos = new long[1 << 20];
        int count = 0;
        try (Connection connection = new Connection()) {
            while (goesOn() && count < nanos.length) {
                long begin = System.nanoTime();
                int status = connection.ask();
                nanos[count++] = System.nanoTime() - begin;
                if (status != 200) {
                    throw new IOException("answered " + status);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        Arrays.sort(nanos, 0, count);
        return nanos[(int) (count * 0.99)] / 1000;
    }

    private String flood(int keeping, int leaving) throws InterruptedException {
        LongAdder served = new LongAdder();
        LongAdder refused = new LongAdder();
        LongAdder broken = new LongAdder();
        CountDownLatch running = new CountDownLatch(keeping + leaving);
        for (int i = 0; i < keeping + leaving; i++) {
            boolean keeps = i < keeping;
            Thread thread = new Thread(() -> {
                while (goesOn()) {
                    try (Connection connection = new Connection()) {
                        do {
                            (connection.ask() == 200 ? served : refused).increment();
                        } while (keeps && goesOn());
                    } catch (IOException e) {
                        broken.increment();
                    }
                }
                running.countDown();
            });
            thread.setDaemon(true);
            thread.start();
        }
        running.await();
        return "200: " + served + ", 429: " + refused + ", broken: " + broken;
    }

    private final class Connection implements AutoCloseable {

        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port, from, 0);
        private final InputStream in;

        Connection() throws IOException {
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        }

        /** Asks, and reads the answer to its end; returns its status. */
        int ask() throws IOException {
            socket.getOutputStream().write(request);
            int status = Integer.parseInt(line().split(" ")[1]);
            int length = 0;
            for (String line = line(); !line.isEmpty(); line = line()) {
                if (line.startsWith("Content-Length: ")) {
                    length = Integer.parseInt(line.substring(16));
                }
            }
            in.skipNBytes(length);
            return status;
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder(64);
            for (int each = in.read(); each != '\n'; each = in.read()) {
                if (each < 0) {
                    throw new EOFException();
                }
                if (each != '\r') {
                    line.append((char) each);
                }
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
