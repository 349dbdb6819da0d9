package dev.packhorse.server;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.replay.ReplayAnswer;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FileSlice;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a ReplayTV client: one request and its answer, on one thread.
 *
 * <p>What breaks once bytes of an answer have left ends the connection by a reset, without the end of the framing.
 */
final class ReplayConnection implements Runnable {

    private static final Logger LOG = Logger.getLogger(ReplayConnection.class);
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** As devices say (INTEROP section 3). */
    private static final String SERVER = "Unknown/0.0 UPnP/1.0 Virata-EmWeb/R6_0_1";

    /** How long a client may go on sending behind its request, so that it sees the answer before a reset. */
    private static final Duration LINGER = Duration.ofSeconds(5);

    private static final int STATUS_CLIENT_GONE = 499;

    private final ReplayListener listener;
    private final ReplaySettings settings;
    private final SocketChannel channel;
    private final InputStream in;
    private final byte[] head;
    private final ClientAddress client;
    private final Limits.Permit permit;

    /** Bytes in {@link #head}. */
    private int filled;

    /** Whether a request has come that is not answered in full. */
    private boolean busy;

    private boolean closed;

    /** {@link System#nanoTime} at which what is being written must have left, while {@link #writing}. */
    private volatile long writeDeadline;

    private volatile boolean writing;

    private long received;

    /** Whether its client has had its share, which limits count, and no log. */
    private boolean refused;

    ReplayConnection(
            ReplayListener listener,
            ReplaySettings settings,
            SocketChannel channel,
            ClientAddress client,
            Limits.Permit permit)
            throws IOException {
        this.listener = listener;
        this.settings = settings;
        this.channel = channel;
        this.in = channel.socket().getInputStream();
        this.head = new byte[settings.maxHead()];
        this.client = client;
        this.permit = permit;
    }

    @Override
    public void run() {
        boolean whole = false;
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            whole = serve();
        } catch (IOException e) {
            // The client has gone, or was cut for being slow: there is nobody left to tell.
            LOG.debugf(e, "a ReplayTV connection broke remote=%s", client.text());
        } finally {
            if (whole) {
                closeQuietly(channel);
            } else {
                cut();
            }
        }
    }

    /** For a stop that is to lose nothing. What has been written but not yet left goes on leaving. */
    void closeUnlessBusy() {
        synchronized (this) {
            if (busy) {
                return;
            }
            closed = true;
        }
        closeQuietly(channel);
    }

    /** Whether what has come may begin: not if the connection was closed just now. */
    private synchronized boolean begins() {
        busy = !closed;
        return busy;
    }

    private synchronized void ended() {
        busy = false;
    }

    /** Cuts the connection if the client has taken nothing for too long. */
    void tick(long now) {
        if (writing && now - writeDeadline > 0) {
            LOG.debugf("cutting a ReplayTV client that takes nothing remote=%s", client.text());
            cut();
        }
    }

    /** Ends the connection by a reset, so that nobody takes what has come for the whole. */
    void cut() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            LOG.debugf("the connection was closed before it was cut remote=%s", client.text());
        }
        closeQuietly(channel);
    }

    /** Returns whether all has left that the client was to have. */
    private boolean serve() throws IOException {
        ReplayRequest request;
        int refusal = 0;
        long started = System.nanoTime();
        try {
            int end = readHead(started + settings.headTimeout().toNanos());
            if (end < 0 || !begins()) {
                return true;
            }
            started = System.nanoTime();
            request = ReplayRequest.parse(head, end);
            request.body(new SentBody(request, end));
        } catch (ReplayRequest.RefusedException e) {
            request = ReplayRequest.unknown();
            refusal = e.status();
        }
        HttpExchange exchange = listener.exchange(request, client);
        if (refusal == 0) {
            refusal = listener.begin(exchange);
            refused = refusal != 0;
        }
        ReplayAnswer answer = refusal == 0 ? listener.handle(exchange) : plain(refusal);
        boolean whole = answer(exchange, request, answer, started);
        ended();
        if (whole) {
            linger();
        }
        return whole;
    }

    /**
     * Reads up to the end of the head, and what comes with it.
     *
     * @return where it ends; -1 if the client went without a word
     */
    private int readHead(long deadline) throws IOException, ReplayRequest.RefusedException {
        int end = -1;
        while (end < 0) {
            if (filled == head.length) {
                throw new ReplayRequest.RefusedException(431);
            }
            int count;
            try {
                count = read(head, filled, head.length - filled, deadline);
            } catch (SocketTimeoutException e) {
                throw new ReplayRequest.RefusedException(408);
            }
            if (count < 0) {
                if (filled == 0) {
                    return -1;
                }
                throw new ReplayRequest.RefusedException(400);
            }
            end = ReplayRequest.end(head, filled, filled + count);
            filled += count;
        }
        return end;
    }

    private int read(byte[] buffer, int offset, int length, long deadline) throws IOException {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("the client sends too slowly");
        }
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(left));
        channel.socket().setSoTimeout((int) Math.min(Integer.MAX_VALUE, millis));
        return in.read(buffer, offset, length);
    }

    private void write(ByteBuffer bytes) throws IOException {
        writeDeadline = System.nanoTime() + settings.writeTimeout().toNanos();
        writing = true;
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        writing = false;
    }

    /** Writes a part of an answer as soon as the client may have it. */
    private void writePaced(ByteBuffer bytes) throws IOException {
        Share share = permit.share();
        pause(share == null ? null : share.download(), bytes.remaining());
        write(bytes);
    }

    /** Takes bytes from what the client may send or have, and waits until they are there. */
    private static void pause(@Nullable Bucket bucket, int bytes) throws InterruptedIOException {
        if (bucket != null) {
            try {
                TimeUnit.NANOSECONDS.sleep(bucket.take(bytes, System.nanoTime()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while a client was to wait");
            }
        }
    }

    /** Sends an answer, closes it, and tells the observer. Returns whether all of it has left. */
    private boolean answer(HttpExchange exchange, ReplayRequest request, ReplayAnswer answer, long started) {
        ReplayAnswer.Account account = answer.account();
        ByteBuffer buffer = listener.buffer();
        ReplayOutput output = new ReplayOutput(
                buffer.put(head(answer, request).getBytes(StandardCharsets.ISO_8859_1)),
                this::writePaced,
                !request.isHttp10());
        boolean whole = false;
        try {
            send(answer, output);
            channel.shutdownOutput();
            whole = true;
        } catch (IOException e) {
            listener.failed(exchange, e);
        } finally {
            if (!whole) {
                cut();
            }
            listener.release(buffer);
            closeQuietly(answer);
            exchange.ended();
            int status = whole || output.sent() > 0 ? account.status() : STATUS_CLIENT_GONE;
            if (!refused) {
                listener.concluded(exchange, account, status, received, output.sent(), System.nanoTime() - started);
            }
        }
        return whole;
    }

    private static String head(ReplayAnswer answer, ReplayRequest request) {
        return "HTTP/1.1 " + HttpResponseStatus.valueOf(answer.httpStatus())
                + "\r\nDate: " + HttpDate.now()
                + "\r\nServer: " + SERVER
                + "\r\nContent-Type: " + answer.mediaType()
                + (request.isHttp10() ? "" : "\r\nTransfer-Encoding: chunked")
                + "\r\nConnection: close\r\n\r\n";
    }

    private static void send(ReplayAnswer answer, ReplayOutput output) throws IOException {
        output.put(ByteBuffer.wrap(answer.statusLine().getBytes(StandardCharsets.US_ASCII)));
        HttpBody data = answer.data();
        if (data instanceof HttpBody.Bytes bytes) {
            output.put(bytes.buffer().duplicate());
        } else if (data instanceof HttpBody.Slice piece) {
            FileSlice slice = piece.slice();
            output.put(slice.channel(), slice.range().offset(), slice.range().length());
        } else if (data instanceof HttpBody.Chunked chunks) {
            for (ByteBuffer next = chunks.source().next();
                    next != null;
                    next = chunks.source().next()) {
                output.put(next);
            }
        }
        output.finish();
    }

    static ReplayAnswer plain(int status) {
        String reason = HttpResponseStatus.valueOf(status).reasonPhrase() + "\n";
        return ReplayAnswer.plain(status, "text/plain", reason.getBytes(StandardCharsets.US_ASCII));
    }

    /** To close with unread bytes in the socket would be a reset, which can overtake the answer: reads until the client closes. */
    private void linger() throws IOException {
        long deadline = System.nanoTime() + LINGER.toNanos();
        try {
            while (read(head, 0, head.length, deadline) >= 0) {
                // what nobody wants
            }
        } catch (SocketTimeoutException e) {
            LOG.debugf("a ReplayTV client goes on sending remote=%s", client.text());
        }
    }

    private void closeQuietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            LOG.warnf(e, "could not close what belongs to a ReplayTV connection remote=%s", client.text());
        }
    }

    /** The body of the request. A client that sends too slowly, or stops early, makes it throw. */
    private final class SentBody implements Body {

        private final ReplayRequest request;
        private final int start;

        /**
         * A body.
         *
         * @param start where what has come of it begins in {@link #head}
         */
        SentBody(ReplayRequest request, int start) {
            this.request = request;
            this.start = start;
        }

        @Override
        public long length() {
            return Math.max(0, request.length());
        }

        @Override
        public InputStream open() throws IOException {
            if (request.expectsContinue() && filled == start) {
                write(ByteBuffer.wrap(CONTINUE));
            }
            return new SentStream(start, length());
        }
    }

    private final class SentStream extends InputStream {

        private int ahead;
        private long left;

        /** Time that was waited for the bytes of this window: what the store takes to write them is not the client's. */
        private long waited;

        private long brought;

        SentStream(int ahead, long left) {
            this.ahead = ahead;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (length == 0 || left == 0) {
                return length == 0 ? 0 : -1;
            }
            int most = (int) Math.min(length, left);
            int count = ahead < filled ? readAhead(buffer, offset, most) : wait(buffer, offset, most);
            if (count < 0) {
                throw new EOFException("the client stopped in the middle of a body");
            }
            left -= count;
            received += count;
            return count;
        }

        private int readAhead(byte[] buffer, int offset, int most) {
            int count = Math.min(most, filled - ahead);
            System.arraycopy(head, ahead, buffer, offset, count);
            ahead += count;
            return count;
        }

        private int wait(byte[] buffer, int offset, int most) throws IOException {
            long begin = System.nanoTime();
            int count = ReplayConnection.this.read(
                    buffer, offset, most, begin + settings.bodyTimeout().toNanos() - waited);
            waited += System.nanoTime() - begin;
            Share share = permit.share();
            pause(share == null ? null : share.upload(), Math.max(0, count));
            brought += count;
            if (brought >= settings.minBodyBytes()) {
                waited = 0;
                brought = 0;
            }
            return count;
        }
    }
}
