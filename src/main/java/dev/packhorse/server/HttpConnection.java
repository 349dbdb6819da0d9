package dev.packhorse.server;

import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.fs.Body;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection, one after the other. All of it runs on the channel's event loop, but for what
 * {@link HttpTransaction} does on a worker.
 *
 * <p>While a transaction is under way, what the client pipelines behind it waits undecoded in the socket, save the little
 * that was read already. A response may begin before its request has arrived in full; then what is left of the request is
 * dropped, and if that is a lot the connection ends after the response.
 *
 * <p>A client that has had its share ({@link Limits}) is answered here, and not heard for a moment: asking in vain must not be as
 * good as asking.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is handled
final class HttpConnection extends ChannelInboundHandlerAdapter {

    /** A request body of which no more than this is missing is read to its end to keep the connection. */
    private static final long MAX_DRAIN = 256 << 10;

    /** So much of what is pipelined may wait decoded; more is read only when it has gone. */
    private static final int MAX_PIPELINED = 4;

    /** How long a client may go on sending into a connection that ends, so that it sees the answer before a reset. */
    private static final long LINGER_NANOS = 5_000_000_000L;

    /** How long a client is not heard that has had its share: it is told to come back after a second at least. */
    private static final long REFUSED_NANOS = 1_000_000_000L;

    /** The longest of the pauses, each twice as long as the one before, in which a transfer may end: 0.63 s together. */
    private static final long LONGEST_PATIENCE_NANOS = 32 * Limits.PATIENCE_NANOS;

    /** While a client sends faster than it may, it is heard no more often than that. */
    private static final long LEAST_REST_NANOS = 20_000_000L;

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final HttpListener listener;
    private final StrictRequestDecoder decoder;
    private final @Nullable TlsSession tls;
    private final ArrayDeque<HttpObject> pipelined = new ArrayDeque<>();

    private @Nullable ChannelHandlerContext context;
    /** Who is there; {@code null} while the header of the PROXY protocol is awaited that says so. */
    private @Nullable ClientAddress client;

    /** Counts the connection. */
    private Limits.Permit permit = Limits.Permit.UNLIMITED;

    /** Set on the event loop; ended by the worker that has written all of the response, too. */
    private volatile @Nullable HttpTransaction current;

    /** Whether something is in {@link #pipelined}, for workers. */
    private volatile boolean behind;

    private volatile boolean lastRequest;
    private volatile long lastActivity = System.nanoTime();
    private boolean draining;
    /** Whether the connection ends: what comes yet is nobody's, though the channel may be there for a moment. */
    private boolean ending;

    /** Whether the client has sent all it will. It may still be waiting for answers (nc, HTTP/1.0 scripts). */
    private boolean inputEnded;

    private long lingerStart;

    /** {@link System#nanoTime} until which the socket is not read; 0 if it is. */
    private long restsUntil;

    /** Whether it has rested since the clocks were last looked at. */
    private boolean hasRested;

    /**
     * A connection.
     *
     * @param tls what encrypts it; {@code null} for nothing
     */
    HttpConnection(HttpListener listener, StrictRequestDecoder decoder, @Nullable TlsSession tls) {
        this.listener = listener;
        this.decoder = decoder;
        this.tls = tls;
    }

    boolean isEncrypted() {
        return tls != null;
    }

    /** As {@link HttpExchange#certificateName}. */
    @Nullable
    String certificateName() {
        return tls == null ? null : tls.clientName();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        if (!listener.opened(this) || !(ctx.channel().remoteAddress() instanceof InetSocketAddress remote)) {
            end(ctx);
            return;
        }
        InetAddress peer = remote.getAddress();
        if (listener.proxies().proxyProtocol() && listener.proxies().trusts(peer)) {
            ProxyHeader.await(ctx.pipeline(), this, listener.limits(), peer);
        } else {
            comesFrom(ClientAddress.of(peer));
        }
    }

    /** Knows who is there; called once. A connection too many of one address ends; a proxy's are not its own. */
    void comesFrom(ClientAddress known) {
        client = known;
        if (!listener.proxies().trusts(known.address())) {
            Limits.Permit counted = listener.limits().connect(known.address(), 0);
            if (counted == null) {
                onLoop(this::end);
            } else {
                permit = counted;
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        listener.closed(this);
        permit.close();
        releasePipelined();
        HttpTransaction transaction = current;
        if (transaction != null) {
            transaction.clientGone();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        lastActivity = System.nanoTime();
        HttpObject object = (HttpObject) message;
        if (ending || lingerStart != 0) {
            ReferenceCountUtil.release(object);
        } else if (!pipelined.isEmpty() || (object instanceof HttpRequest && current != null)) {
            pipelined.add(object);
            behind = true;
            if (pipelined.size() > MAX_PIPELINED) {
                ctx.channel().config().setAutoRead(false);
            }
            if (current == null) {
                // A worker has ended it just now, before it could see that something is behind.
                next(ctx);
            }
        } else {
            accept(ctx, object);
        }
    }

    private void accept(ChannelHandlerContext ctx, HttpObject object) {
        if (object instanceof HttpRequest request) {
            begin(ctx, request);
        }
        if (object instanceof HttpContent content) {
            bodyPart(ctx, content);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest head) {
        ClientAddress from = client;
        if (from == null) {
            throw new IllegalStateException("a request before its connection");
        }
        if (tls != null && tls.isOver()) {
            end(ctx);
            return;
        }
        if (listener.proxies().trusts(from.address())) {
            from = from.forwarding(
                    listener.proxies().client(from.address(), head.headers().getAll(TrustedProxies.FORWARDED_FOR)));
        }
        int refusal = refusal(head);
        boolean expects = head.headers().contains(HttpHeaderNames.EXPECT)
                && head.protocolVersion().equals(HttpVersion.HTTP_1_1);
        long length = head.decoderResult().isFailure() ? 0 : HttpUtil.getContentLength(head, Body.UNKNOWN);
        boolean hasBody = length >= 0 || HttpUtil.isTransferEncodingChunked(head);
        HttpTransaction transaction =
                new HttpTransaction(this, listener, ctx.channel(), head, hasBody ? length : 0, hasBody, expects, from);
        current = transaction;
        if (refusal != 0) {
            lastRequest = true;
            transaction.refuse(refusal);
        } else {
            if (!HttpUtil.isKeepAlive(head) || listener.isDraining()) {
                lastRequest = true;
            }
            admit(ctx, transaction, Limits.PATIENCE_NANOS);
        }
    }

    /**
     * Starts a request if its client has not had its share.
     *
     * @param patience nanoseconds until to look again where a transfer may have ended that still counts; twice as long the next time
     */
    private void admit(ChannelHandlerContext ctx, HttpTransaction transaction, long patience) {
        HttpExchange exchange = transaction.exchange();
        Limits limits = listener.limits();
        boolean hasBody = exchange.request().hasBody();
        InetAddress from = exchange.address();
        Limits.Admission admission = limits.begin(listener.proxies().trusts(from) ? null : from, hasBody);
        if (admission instanceof Limits.Permit granted) {
            exchange.begun(granted);
            int redirect = tls == null ? listener.redirectPort() : 0;
            if (redirect != 0) {
                transaction.redirect(redirect);
            } else {
                transaction.start();
            }
            return;
        }
        Limits.Refusal refusal = (Limits.Refusal) admission;
        if (patience <= LONGEST_PATIENCE_NANOS && refusal.mayHaveEnded()) {
            if (hasBody) {
                // No limit counts what comes meanwhile.
                rest(ctx, patience);
            }
            ctx.executor()
                    .schedule(
                            () -> {
                                if (ctx.channel().isActive()) {
                                    admit(ctx, transaction, 2 * patience);
                                } else {
                                    transaction.refuse(refusal);
                                }
                            },
                            patience,
                            TimeUnit.NANOSECONDS);
        } else {
            limits.note(refusal.limit(), exchange.address());
            transaction.refuse(refusal);
        }
    }

    /**
     * The current transaction, which was refused, is over.
     *
     * @param whole whether the response went out in full
     * @param close whether its head said that the connection closes
     */
    void refused(boolean whole, boolean close) {
        onLoop(ctx -> {
            ClientAddress known = client;
            // Others may come through the connection of a proxy.
            boolean pauses = whole && known != null && !listener.proxies().trusts(known.address());
            if (pauses) {
                rest(ctx, REFUSED_NANOS);
            }
            ctx.executor()
                    .schedule(() -> transactionEnded(whole, close), pauses ? REFUSED_NANOS : 0, TimeUnit.NANOSECONDS);
        });
    }

    /** Does not read the socket for so long. */
    private void rest(ChannelHandlerContext ctx, long nanos) {
        long until = (System.nanoTime() + nanos) | 1;
        hasRested = true;
        if (restsUntil == 0) {
            ctx.channel().config().setAutoRead(false);
            ctx.executor().schedule(() -> wake(ctx), nanos, TimeUnit.NANOSECONDS);
            restsUntil = until;
        } else if (until - restsUntil > 0) {
            restsUntil = until;
        }
    }

    private void wake(ChannelHandlerContext ctx) {
        long now = System.nanoTime();
        if (restsUntil - now > 0) {
            ctx.executor().schedule(() -> wake(ctx), restsUntil - now, TimeUnit.NANOSECONDS);
            return;
        }
        restsUntil = 0;
        lastActivity = now;
        read(ctx);
    }

    /** Whether the client was not heard for a while since this was last asked, which is not its fault. */
    boolean hasRested() {
        boolean rested = hasRested;
        hasRested = restsUntil != 0;
        return rested;
    }

    /** Reads the socket unless there is a reason not to. */
    private void read(ChannelHandlerContext ctx) {
        HttpTransaction transaction = current;
        if (restsUntil == 0
                && pipelined.isEmpty()
                && (transaction == null || !transaction.body().isPaused())) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    /** The status that a head deserves before anybody looks at what it asks for; 0 if it is well. */
    private int refusal(HttpRequest head) {
        Throwable failure = head.decoderResult().cause();
        if (failure != null) {
            return failure instanceof TooLongHttpLineException
                    ? 414
                    : failure instanceof TooLongHttpHeaderException ? 431 : 400;
        }
        HttpVersion version = head.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            return 505;
        }
        HttpHeaders headers = head.headers();
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1 || (hosts.isEmpty() && version.equals(HttpVersion.HTTP_1_1))) {
            return 400;
        }
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty() && (codings.size() > 1 || !codings.get(0).trim().equalsIgnoreCase("chunked"))) {
            return 501;
        }
        String expect = headers.get(HttpHeaderNames.EXPECT);
        if (expect != null && !expect.equalsIgnoreCase("100-continue")) {
            return 417;
        }
        if (HttpUtil.getContentLength(head, 0L) > listener.settings().maxBody()) {
            return 413;
        }
        return 0;
    }

    private void bodyPart(ChannelHandlerContext ctx, HttpContent content) {
        HttpTransaction transaction = current;
        if (transaction == null) {
            content.release();
            return;
        }
        RequestBody body = transaction.body();
        if (content.decoderResult().isFailure()) {
            content.release();
            transaction.badFraming();
            lastRequest = true;
            return;
        }
        int count = content.content().readableBytes();
        if (!body.offer(content.content())) {
            ctx.channel().config().setAutoRead(false);
        }
        long early = count == 0 ? 0 : transaction.exchange().received(count);
        if (early > 0) {
            rest(ctx, Math.max(early, LEAST_REST_NANOS));
        }
        if (content instanceof LastHttpContent) {
            body.complete();
            if (draining) {
                draining = false;
                current = null;
                next(ctx);
            }
        }
    }

    /** Lets the client send what it has announced. */
    void sendContinue() {
        onLoop(ctx -> ctx.writeAndFlush(Unpooled.wrappedBuffer(CONTINUE)));
    }

    /** Reads the socket again after a full queue. */
    void resumeReading() {
        onLoop(this::read);
    }

    /** Whether the response to the current transaction must be the last one: asked when its head is built. */
    boolean closesAfter(HttpTransaction transaction) {
        return lastRequest || listener.isDraining() || !transaction.isDrainable(MAX_DRAIN);
    }

    /**
     * The current transaction is over.
     *
     * @param whole whether the response went out in full
     * @param close whether its head said that the connection closes
     */
    void transactionEnded(boolean whole, boolean close) {
        onLoop(ctx -> {
            HttpTransaction transaction = current;
            if (transaction == null) {
                return;
            }
            lastActivity = System.nanoTime();
            if (!whole) {
                abort();
            } else if (transaction.body().isComplete()) {
                if (close) {
                    end(ctx);
                } else {
                    current = null;
                    next(ctx);
                }
            } else if (inputEnded) {
                end(ctx);
            } else if (close || transaction.hasFailed()) {
                linger(ctx);
            } else {
                draining = true;
                transaction.drain();
                resumeReading();
            }
        });
    }

    /**
     * As {@link #transactionEnded}, by the worker that has written the whole response itself. Mostly the event loop, which
     * would have to be woken, has nothing left to do.
     */
    void answered(HttpTransaction transaction, boolean close) {
        if (close || !transaction.body().isComplete()) {
            transactionEnded(true, close);
            return;
        }
        lastActivity = System.nanoTime();
        // Before the looks at what the event loop sets, as it sets those before it looks whether a transaction is
        // there.
        current = null;
        if (behind || lastRequest || listener.isDraining()) {
            onLoop(this::next);
        }
    }

    /** Goes on after a transaction. */
    private void next(ChannelHandlerContext ctx) {
        if (current != null) {
            return;
        }
        if (lastRequest || listener.isDraining()) {
            end(ctx);
            return;
        }
        while (!pipelined.isEmpty()) {
            HttpObject object = pipelined.peek();
            if (object instanceof HttpRequest && current != null) {
                return;
            }
            accept(ctx, pipelined.remove());
        }
        if (inputEnded) {
            endsInput(ctx);
        }
        behind = false;
        read(ctx);
    }

    private void linger(ChannelHandlerContext ctx) {
        lingerStart = System.nanoTime();
        releasePipelined();
        DuplexChannel socket = (DuplexChannel) ctx.channel();
        if (tls == null) {
            socket.shutdownOutput();
        } else {
            tls.closeOutput().addListener(done -> socket.shutdownOutput());
        }
        read(ctx);
    }

    /** Breaks the connection with a reset: the client must not take what it has for the whole. */
    void abort() {
        onLoop(ctx -> {
            ending = true;
            if (ctx.channel().isActive()) {
                ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
                // Past TLS, which would say that all is well.
                ctx.pipeline().firstContext().close();
            }
        });
    }

    /** Looks at the clocks; called about once a second. */
    void tick() {
        onLoop(ctx -> {
            HttpSettings settings = listener.settings();
            long now = System.nanoTime();
            HttpTransaction transaction = current;
            if (lingerStart != 0) {
                if (now - lingerStart > LINGER_NANOS) {
                    end(ctx);
                }
            } else if (transaction != null) {
                transaction.tick(now);
                if (draining && transaction.isTrickling(now)) {
                    end(ctx);
                }
            } else if (restsUntil != 0) {
                // It is not the client that stands still.
                return;
            } else if (decoder.headStart() != 0) {
                // What it had sent of a head before it was not heard may be old.
                long waits = Math.min(now - decoder.headStart(), now - lastActivity);
                if (waits > settings.headTimeout().toNanos()) {
                    lastRequest = true;
                    writeAndClose(ctx, HttpTransaction.encode(HttpResponse.text(408, "Request Timeout"), true));
                }
            } else if (client == null
                    && now - lastActivity > settings.headTimeout().toNanos()) {
                end(ctx);
            } else if (listener.isDraining()
                    || (tls != null && tls.isOver())
                    || now - lastActivity > settings.idleTimeout().toNanos()) {
                end(ctx);
            }
        });
    }

    private void end(ChannelHandlerContext ctx) {
        ending = true;
        ctx.close();
    }

    private void writeAndClose(ChannelHandlerContext ctx, ByteBuf bytes) {
        ending = true;
        ctx.writeAndFlush(bytes).addListener(ChannelFutureListener.CLOSE);
    }

    /** Closes the connection if nothing is under way; else it ends with the response. */
    void stop() {
        onLoop(ctx -> {
            lastRequest = true;
            if (current == null) {
                end(ctx);
            }
        });
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (pipelined.isEmpty()) {
                endsInput(ctx);
            } else {
                next(ctx);
            }
        }
    }

    /** Nothing comes behind the transaction that is under way. */
    private void endsInput(ChannelHandlerContext ctx) {
        // Before the look at the transaction, as a worker looks at this when it has ended one.
        lastRequest = true;
        HttpTransaction transaction = current;
        if (transaction == null || lingerStart != 0 || draining) {
            end(ctx);
        } else {
            transaction.body().fail(new EOFException("the client stopped in the middle of a body"));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset by the client, or a write into a closed connection: there is nobody left to tell.
        end(ctx);
    }

    private void releasePipelined() {
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
    }

    private interface LoopTask {
        void run(ChannelHandlerContext ctx);
    }

    private void onLoop(LoopTask task) {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        if (ctx.executor().inEventLoop()) {
            task.run(ctx);
        } else {
            ctx.executor().execute(() -> task.run(ctx));
        }
    }
}
