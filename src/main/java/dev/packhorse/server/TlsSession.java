package dev.packhorse.server;

import dev.packhorse.front.http.HttpResponse;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The TLS of one connection, behind what encrypts it: learns how the handshake ended, and who the client is. On the event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // where something is ignored the connection is about to be closed
final class TlsSession extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = Logger.getLogger(TlsSession.class);

    private final SslHandler handler;
    private final BooleanSupplier isOutdated;
    private @Nullable String clientName;
    /** When what the client has shown ends; {@code null} if that is nothing. */
    private @Nullable Instant end;

    private boolean refused;

    /**
     * A session that has not begun.
     *
     * @param isOutdated tells whether the files have changed since by which clients are trusted
     */
    TlsSession(SslHandler handler, BooleanSupplier isOutdated) {
        this.handler = handler;
        this.isOutdated = isOutdated;
    }

    /** As {@link HttpExchange#certificateName}. Known before the first request is. */
    @Nullable
    String clientName() {
        return clientName;
    }

    /** Whether the client would have to show its certificate anew, which may be revoked by now, or has ended. */
    boolean isOver() {
        Instant last = end;
        return last != null && (isOutdated.getAsBoolean() || Instant.now().isAfter(last));
    }

    /** Says that nothing more will be sent, after what was. */
    ChannelFuture closeOutput() {
        return handler.closeOutbound();
    }

    /** What came along with a certificate that is refused is nobody's. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (refused) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                identify(ctx);
            } else {
                failed(ctx, handshake.cause());
            }
        } else if (event instanceof SslCloseCompletionEvent) {
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void identify(ChannelHandlerContext ctx) {
        try {
            X509Certificate shown =
                    (X509Certificate) handler.engine().getSession().getPeerCertificates()[0];
            // Also of a session that is resumed, and of one that is trusted for itself, nobody else has looked at this
            // now.
            shown.checkValidity();
            end = shown.getNotAfter().toInstant();
            clientName = CertificateName.of(shown);
        } catch (SSLPeerUnverifiedException e) {
            clientName = null;
        } catch (CertificateException e) {
            refused = true;
            failed(ctx, e);
            ctx.pipeline().firstContext().close();
        }
    }

    private void failed(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof NotSslRecordException) {
            // Its message has what the client sent, passwords included.
            LOG.debugf("a client spoke without TLS remote=%s", ctx.channel().remoteAddress());
            ctx.pipeline()
                    .firstContext()
                    .writeAndFlush(
                            HttpTransaction.encode(HttpResponse.text(400, "This port speaks TLS: ask by https"), true));
        } else {
            LOG.debugf("a TLS handshake failed remote=%s: %s", ctx.channel().remoteAddress(), oneLine(cause));
        }
    }

    private static String oneLine(Throwable cause) {
        return cause.toString().replaceAll("[^ -~]+", " ");
    }
}
