package dev.packhorse.server;

import dev.packhorse.identity.AddressRange;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.AddressFamily;
import java.net.InetAddress;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the header of the PROXY protocol (HAProxy, version 1 or 2) with which a trusted proxy begins each connection, and leaves
 * the pipeline with it. A connection that begins with something else ends.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is handled
final class ProxyHeader extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = Logger.getLogger(ProxyHeader.class);

    /** Bytes of extensions (TLV) that a proxy may send, which nobody reads: the subject of a certificate, say. */
    private static final int MAX_EXTENSIONS = 4096;

    private final HttpConnection connection;
    private final Limits limits;
    private final InetAddress proxy;

    private ProxyHeader(HttpConnection connection, Limits limits, InetAddress proxy) {
        this.connection = connection;
        this.limits = limits;
        this.proxy = proxy;
    }

    /** Puts it in front of all that is in a pipeline. */
    static void await(ChannelPipeline pipeline, HttpConnection connection, Limits limits, InetAddress proxy) {
        pipeline.addFirst(new HAProxyMessageDecoder(MAX_EXTENSIONS), new ProxyHeader(connection, limits, proxy));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HAProxyMessage header)) {
            ctx.fireChannelRead(message);
            return;
        }
        InetAddress client;
        try {
            client = client(header);
        } finally {
            header.release();
        }
        ctx.pipeline().remove(this);
        ClientAddress known = ClientAddress.of(proxy);
        connection.comesFrom(client == null ? known : known.forwarding(client));
    }

    /** For whom the proxy has connected; {@code null} for itself, or for somebody without an IP address. */
    private static @Nullable InetAddress client(HAProxyMessage header) {
        AddressFamily family = header.proxiedProtocol().addressFamily();
        boolean isInternet = family == AddressFamily.AF_IPv4 || family == AddressFamily.AF_IPv6;
        return header.command() == HAProxyCommand.PROXY && isInternet
                ? AddressRange.address(header.sourceAddress())
                : null;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (limits.sayNow(List.of(ProxyHeader.class, proxy))) {
            LOG.warnf(
                    "a trusted proxy has connected without a header of the PROXY protocol, for a minute not said again remote=%s",
                    proxy.getHostAddress());
        }
        ctx.close();
    }
}
