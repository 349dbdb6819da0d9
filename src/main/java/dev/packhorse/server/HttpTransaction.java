package dev.packhorse.server;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response. {@link #start} hands it to a worker, which runs the route and then builds the head; what
 * follows the head leaves as bytes, by the kernel from a file, or in chunks that a worker pulls while the socket takes them.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is handled
final class HttpTransaction implements RequestBody.Socket {

    private static final Logger LOG = Logger.getLogger(HttpTransaction.class);

    /** Pieces of files up to this size are copied into one write with the head; beyond it the kernel sends them. */
    private static final int MAX_COPY = 32 << 10;

    /** Of a body that is read straight into memory of the socket's: eight chunks of a ReplayTV. */
    private static final int DIRECT_PIECE = 256 << 10;

    /** The same for a client that has just taken a whole piece at once: nothing so large waits for one that does not. */
    private static final int WIDE_PIECE = 512 << 10;

    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = {};

    private final HttpConnection connection;
    private final HttpListener listener;
    private final Channel channel;
    private final RequestBody body;
    private final HttpExchange exchange;
    private final boolean isHead;
    private final boolean isHttp10;
    private final long started = System.nanoTime();
    private final AtomicBoolean ended = new AtomicBoolean();

    private volatile boolean continueDue;
    private volatile boolean continueSent;
    private volatile boolean wanted;
    private volatile boolean closes;
    /** What went wrong on the client's side: its status takes the place of whatever the front answers. */
    private volatile int clientFault;

    private volatile @Nullable HttpResponse response;
    private volatile @Nullable Pace pace;
    private boolean refused;
    private final AtomicLong sent = new AtomicLong();
    private volatile long lastProgress = started;
    private long windowStart;
    private long windowReceived;
    private long lastLeft;

    HttpTransaction(
            HttpConnection connection,
            HttpListener listener,
            Channel channel,
            HttpRequest head,
            long length,
            boolean hasBody,
            boolean expectsContinue,
            ClientAddress client) {
        this.connection = connection;
        this.listener = listener;
        this.channel = channel;
        this.continueDue = expectsContinue;
        this.body = new RequestBody(length, listener.settings().maxBody(), this);
        if (!hasBody) {
            body.complete();
        }
        this.exchange = new HttpExchange(
                new NettyRequest(head, hasBody, body),
                client,
                listener.nextRequestNumber(),
                listener.limits(),
                connection.certificateName());
        this.isHead = head.method().name().equals("HEAD");
        this.isHttp10 = head.protocolVersion().equals(HttpVersion.HTTP_1_0);
    }

    RequestBody body() {
        return body;
    }

    HttpExchange exchange() {
        return exchange;
    }

    /** Runs the route on a worker. */
    void start() {
        boolean taken = false;
        try {
            listener.workers().execute(() -> respond(listener.handle(exchange)));
            taken = true;
        } finally {
            if (!taken) {
                exchange.ended();
            }
        }
    }

    /** Answers without running the route. The connection ends with it. */
    void refuse(int status) {
        respond(HttpResponse.text(status, HttpResponseStatus.valueOf(status).reasonPhrase()));
    }

    /** Answers a client that has had its share, without the route, a worker or a line in the log. The connection may go on. */
    void refuse(Limits.Refusal refusal) {
        refused = true;
        respond(listener.refusals().answer(exchange.request(), refusal.answer()));
    }

    /** Sends the client to where its request is served under TLS, without running the route. */
    void redirect(int port) {
        respond(HttpsRedirect.answer(exchange.request(), port));
    }

    @Override
    public void want() {
        wanted = true;
        if (continueDue) {
            continueDue = false;
            continueSent = true;
            connection.sendContinue();
        }
    }

    @Override
    public void resume() {
        connection.resumeReading();
    }

    /** The framing of the body broke. */
    void badFraming() {
        fault(400, new IOException("bad chunk"));
    }

    private void fault(int status, IOException cause) {
        clientFault = status;
        body.fail(cause);
    }

    boolean hasFailed() {
        return clientFault != 0;
    }

    /** Whether the rest of the request body is small enough, and sure to come. */
    boolean isDrainable(long most) {
        if (body.isComplete()) {
            return true;
        }
        return clientFault == 0 && !continueDue && body.length() >= 0 && body.length() - body.received() <= most;
    }

    private void respond(HttpResponse answer) {
        int fault = clientFault;
        if (fault != 0) {
            closeQuietly(answer);
            answer = HttpResponse.text(fault, HttpResponseStatus.valueOf(fault).reasonPhrase());
        }
        response = answer;
        pace = exchange.pace(channel);
        body.abandon();
        lastProgress = System.nanoTime();
        try {
            send(answer);
        } catch (ClientGoneException e) {
            LOG.debugf("the client left before its response request=%d", exchange.number());
            end(false);
        } catch (IOException | RuntimeException | Error e) {
            // Also when memory for the socket runs out: whatever it was, the connection must not wait for ever.
            LOG.errorf(e, "could not begin a response request=%d", exchange.number());
            end(false);
        }
    }

    private void send(HttpResponse answer) throws IOException {
        HttpBody content = answer.body();
        long length = content.length();
        boolean bodyless = isHead || answer.status() == 304 || answer.status() == 204;
        boolean chunked = length < 0 && !isHttp10;
        closes = connection.closesAfter(this) || (length < 0 && isHttp10 && !bodyless);

        StringBuilder head = head(answer, closes);
        if (length >= 0 && answer.status() != 304 && answer.status() != 204) {
            head.append("Content-Length: ").append(length).append("\r\n");
        } else if (chunked && !bodyless) {
            head.append("Transfer-Encoding: chunked\r\n");
        }
        if (isHttp10 && !closes) {
            head.append("Connection: keep-alive\r\n");
        }
        byte[] headBytes = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);

        if (bodyless) {
            write(Unpooled.wrappedBuffer(headBytes), 0);
        } else if (content instanceof HttpBody.Bytes bytes) {
            ByteBuf out = channel.alloc().directBuffer(headBytes.length + (int) length);
            write(out.writeBytes(headBytes).writeBytes(bytes.buffer().duplicate()), length);
        } else if (content instanceof HttpBody.Slice piece) {
            if (length > MAX_COPY && connection.isEncrypted()) {
                new Pump(new HttpBody.Chunked(length, new SliceSource(piece.slice())), false, headBytes).run();
            } else {
                sendSlice(headBytes, piece.slice());
            }
        } else if (content instanceof HttpBody.Chunked chunks) {
            new Pump(chunks, chunked, headBytes).run();
        }
    }

    private void sendSlice(byte[] head, FileSlice slice) throws IOException {
        long length = slice.range().length();
        Pace paced = pace;
        if (length > MAX_COPY && paced != null) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(head));
            long start = slice.range().offset();
            new PacedSend(
                            channel,
                            paced,
                            length,
                            (position, count) ->
                                    region(new FileSlice(slice.channel(), new ByteRange(start + position, count))),
                            this::passed,
                            this::end)
                    .start();
            return;
        }
        if (length > MAX_COPY) {
            channel.write(Unpooled.wrappedBuffer(head));
            SliceRegion region = region(slice);
            channel.writeAndFlush(region).addListener(done -> {
                sent.set(region.transferred());
                end(done.isSuccess());
            });
            return;
        }
        ByteBuf out = channel.alloc().directBuffer(head.length + (int) length);
        try {
            out.writeBytes(head);
            long position = slice.range().offset();
            while (out.readableBytes() < head.length + length) {
                int count = out.writeBytes(slice.channel(), position, head.length + (int) length - out.readableBytes());
                if (count <= 0) {
                    throw new EOFException("the file has shrunk while it was sent");
                }
                position += count;
            }
        } catch (IOException | RuntimeException | Error e) {
            out.release();
            throw e;
        }
        closeResponse();
        write(out, length);
    }

    private SliceRegion region(FileSlice slice) {
        return new SliceRegion(
                slice,
                () -> lastProgress = System.nanoTime(),
                () -> channel.config().setOption(ChannelOption.SO_LINGER, 0));
    }

    /** Some of the body has left. */
    private void passed(int count) {
        sent.addAndGet(count);
        lastProgress = System.nanoTime();
    }

    /** Writes the whole response: mostly the socket takes it at once, and the event loop need not even be woken. */
    private void write(ByteBuf bytes, long bodyLength) throws IOException {
        Pace paced = pace;
        if (paced != null && bodyLength > 0) {
            new PacedSend(
                            channel,
                            paced,
                            bytes.readableBytes(),
                            (position, count) -> bytes.readRetainedSlice(count),
                            count -> lastProgress = System.nanoTime(),
                            whole -> {
                                bytes.release();
                                sent.set(whole ? bodyLength : 0);
                                end(whole);
                            })
                    .start();
            return;
        }
        if (wroteNow(bytes)) {
            sent.set(bodyLength);
            end(true);
            return;
        }
        channel.writeAndFlush(bytes).addListener(done -> {
            sent.set(done.isSuccess() ? bodyLength : 0);
            end(done.isSuccess());
        });
    }

    /**
     * Writes as much as the socket takes, if that can be done here. Nothing of this response may be on its way through the event
     * loop.
     *
     * @return whether it was all, and the bytes are released; else the rest is for the event loop
     */
    private boolean wroteNow(ByteBuf bytes) throws IOException {
        // What is interim may still be on its way.
        if (continueSent
                || connection.isEncrypted()
                || channel.eventLoop().inEventLoop()
                || !(channel instanceof ListeningChannel.Connected connected)) {
            return false;
        }
        try {
            connected.writeNow(bytes);
        } catch (IOException e) {
            bytes.release();
            throw new ClientGoneException(e);
        }
        if (bytes.isReadable()) {
            return false;
        }
        bytes.release();
        return true;
    }

    /** The connection broke while it was written to. */
    private static final class ClientGoneException extends ClosedChannelException {
        private static final long serialVersionUID = 1L;

        ClientGoneException(IOException cause) {
            initCause(cause);
        }
    }

    /** The connection is closed. */
    void clientGone() {
        body.fail(new EOFException("the client closed the connection"));
        Pace paced = pace;
        if (paced != null) {
            paced.clientGone();
        }
    }

    /** Looks at the clocks, on the event loop. */
    void tick(long now) {
        if (response != null) {
            long most = listener.settings().bodyTimeout().toNanos();
            ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
            if (out == null) {
                return;
            }
            // Not by the pieces alone that have left in full: a large one takes a slow client long, and before one that
            // the store was slow to make there was nothing to send.
            long left = out.totalPendingWriteBytes() - out.currentProgress();
            if (left != lastLeft) {
                lastLeft = left;
                lastProgress = now;
            } else if (out.totalPendingWriteBytes() > 0 && now - lastProgress > most) {
                connection.abort();
            }
        } else if (wanted && !body.isComplete() && isTrickling(now)) {
            fault(408, new IOException("the client sends too slowly"));
        }
    }

    /** From now on the rest of the body must come that nobody wants. */
    void drain() {
        windowStart = 0;
    }

    /** Whether the body of the request comes too slowly; asked time and again. */
    boolean isTrickling(long now) {
        boolean isNew = windowStart == 0 || body.isPaused() || connection.hasRested();
        boolean isOver = now - windowStart > listener.settings().bodyTimeout().toNanos();
        long came = body.received() - windowReceived;
        if (isNew || isOver) {
            windowStart = now;
            windowReceived = body.received();
        }
        return !isNew && isOver && came < listener.settings().minBodyBytes();
    }

    private void end(boolean whole) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        HttpResponse answer = response;
        int status = answer != null && (whole || sent.get() > 0) ? answer.counted() : 499;
        long nanos = System.nanoTime() - started;
        Pace paced = pace;
        if (paced != null) {
            paced.end();
        }
        exchange.ended();
        if (refused) {
            listener.refused();
            connection.refused(whole, closes);
            return;
        }
        if (channel.eventLoop().inEventLoop()) {
            connection.transactionEnded(whole, closes);
            listener.workers().execute(() -> conclude(status, nanos));
        } else {
            if (whole) {
                connection.answered(this, closes);
            } else {
                connection.transactionEnded(false, closes);
            }
            conclude(status, nanos);
        }
    }

    /** What is left to do when the client has its answer. May block. */
    private void conclude(int status, long nanos) {
        try {
            // Before the listener counts it as over: what closing notes must not come behind a stop.
            closeResponse();
        } finally {
            listener.concluded(exchange, status, body.received(), sent.get(), nanos);
        }
    }

    private void closeResponse() {
        HttpResponse answer = response;
        if (answer != null) {
            closeQuietly(answer);
        }
    }

    private void closeQuietly(HttpResponse answer) {
        try {
            answer.close();
        } catch (IOException e) {
            LOG.warnf(e, "could not close what a response was read from request=%d", exchange.number());
        }
    }

    private static StringBuilder head(HttpResponse answer, boolean close) {
        StringBuilder head = new StringBuilder(512)
                .append("HTTP/1.1 ")
                .append(answer.status())
                .append(' ')
                .append(HttpResponseStatus.valueOf(answer.status()).reasonPhrase())
                .append("\r\nDate: ")
                .append(HttpDate.now())
                .append("\r\n");
        for (int i = 0; i < answer.headers().size(); i += 2) {
            head.append(answer.headers().get(i))
                    .append(": ")
                    .append(answer.headers().get(i + 1))
                    .append("\r\n");
        }
        if (close) {
            head.append("Connection: close\r\n");
        }
        return head;
    }

    /** A whole answer of bytes, for a connection that has no transaction. */
    static ByteBuf encode(HttpResponse answer, boolean close) {
        HttpBody.Bytes bytes = (HttpBody.Bytes) answer.body();
        String head = head(answer, close)
                .append("Content-Length: ")
                .append(bytes.length())
                .append("\r\n\r\n")
                .toString();
        return Unpooled.wrappedBuffer(
                Unpooled.wrappedBuffer(head.getBytes(StandardCharsets.ISO_8859_1)),
                Unpooled.wrappedBuffer(bytes.buffer().duplicate()));
    }

    /**
     * Pulls chunks on a worker while the socket takes them. What it does not take is left to the event loop, and waited for; only
     * under TLS the next one is pulled while the event loop encrypts.
     */
    private final class Pump implements Runnable {

        private final HttpBody.Chunked content;
        private final boolean chunked;
        private byte[] head;
        private @Nullable ReadableByteChannel from;
        private long pulled;
        /** How many more pieces may be left to the event loop before one of them has gone. */
        private final AtomicInteger room = new AtomicInteger(connection.isEncrypted() ? 2 : 1);

        private volatile boolean broken;

        private int directPiece = DIRECT_PIECE;

        Pump(HttpBody.Chunked content, boolean chunked, byte[] head) {
            this.content = content;
            this.chunked = chunked;
            this.head = head;
        }

        @Override
        public void run() {
            try {
                if (pulled == 0 && content.length() > 0) {
                    from = content.source().channel();
                }
                while (channel.isActive() && !broken) {
                    if (isEarly()) {
                        return;
                    }
                    long before = pulled;
                    ByteBuf out = from == null ? pull() : read(from);
                    if (out == null) {
                        finish();
                        return;
                    }
                    int count = (int) (pulled - before);
                    boolean isWritten = wroteNow(out);
                    directPiece = isWritten ? WIDE_PIECE : DIRECT_PIECE;
                    if (isWritten) {
                        passed(count);
                    } else if (!hasRoomAfter(out, count)) {
                        return;
                    }
                }
                end(false);
            } catch (IOException | RuntimeException | Error e) {
                if (!(e instanceof ClosedChannelException)) {
                    LOG.warnf(
                            isExpected(e) ? null : e,
                            "a store failed in the middle of a response request=%d: %s",
                            exchange.number(),
                            e.getMessage());
                }
                end(false);
            }
        }

        /** Leaves a piece to the event loop. Returns whether to go on; else the piece takes up the pump when it has gone. */
        private boolean hasRoomAfter(ByteBuf out, int count) {
            boolean last = from != null && pulled == content.length();
            channel.writeAndFlush(out).addListener(done -> {
                if (done.isSuccess()) {
                    passed(count);
                } else {
                    broken = true;
                }
                if (last) {
                    end(done.isSuccess());
                } else if (room.getAndIncrement() == 0) {
                    listener.workers().execute(this);
                }
            });
            return !last && room.decrementAndGet() > 0;
        }

        /** A back end that has gone away says so in its kind. */
        private static boolean isExpected(Throwable failure) {
            return failure instanceof FsException known && known.kind() != FsException.Kind.IO;
        }

        /** Whether the pace of the client does not allow a piece yet. Then the pump goes on when it does. */
        private boolean isEarly() {
            Pace paced = pace;
            long wait = paced == null
                    ? 0
                    : paced.advance(content.length() < 0 ? Long.MAX_VALUE : content.length() - pulled);
            if (paced == null || wait <= 0) {
                return false;
            }
            paced.later(wait, () -> listener.workers().execute(this));
            return true;
        }

        /** The next piece; {@code null} at the end. */
        private @Nullable ByteBuf pull() throws IOException {
            ByteBuffer bytes = content.source().next();
            while (bytes != null && !bytes.hasRemaining() && head.length == 0) {
                // A chunk of no bytes would end the body.
                bytes = content.source().next();
            }
            if (bytes == null) {
                return null;
            }
            spend(bytes.remaining());
            if (content.length() >= 0 && bytes.remaining() > content.length() - pulled) {
                throw new IOException("the body is longer than its " + content.length() + " bytes");
            }
            return framed(bytes);
        }

        /** The same of a channel: straight to where the socket takes it from. */
        private @Nullable ByteBuf read(ReadableByteChannel from) throws IOException {
            Pace paced = pace;
            int piece = paced == null ? directPiece : Math.min(directPiece, paced.piece());
            int most = (int) Math.min(piece, content.length() - pulled);
            if (most == 0) {
                return null;
            }
            ByteBuf out = channel.alloc().directBuffer(head.length + most);
            try {
                out.writeBytes(head);
                int count = from.read(out.nioBuffer(head.length, most));
                if (count <= 0) {
                    throw new EOFException("the body ended after " + pulled + " of " + content.length() + " bytes");
                }
                head = NOTHING;
                pulled += count;
                spend(count);
                return out.writerIndex(out.writerIndex() + count);
            } catch (IOException | RuntimeException | Error e) {
                out.release();
                throw e;
            }
        }

        private void spend(int count) {
            Pace paced = pace;
            if (paced != null) {
                paced.spend(count);
            }
        }

        private ByteBuf framed(ByteBuffer bytes) {
            int count = bytes.remaining();
            pulled += count;
            ByteBuf out = channel.alloc().directBuffer(head.length + count + 16);
            out.writeBytes(head);
            head = NOTHING;
            if (chunked && count > 0) {
                out.writeBytes((Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            out.writeBytes(bytes);
            if (chunked && count > 0) {
                out.writeByte('\r').writeByte('\n');
            }
            return out;
        }

        private void finish() throws IOException {
            if (content.length() >= 0 && pulled != content.length()) {
                throw new EOFException("the body ended after " + pulled + " of " + content.length() + " bytes");
            }
            ByteBuf out = channel.alloc().directBuffer(head.length + LAST_CHUNK.length);
            out.writeBytes(head);
            if (chunked) {
                out.writeBytes(LAST_CHUNK);
            }
            if (wroteNow(out)) {
                end(true);
            } else {
                channel.writeAndFlush(out).addListener(done -> end(done.isSuccess()));
            }
        }
    }
}
