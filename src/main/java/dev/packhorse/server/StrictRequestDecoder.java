package dev.packhorse.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Netty's decoder without its one leniency that matters here: folded header lines (obs-fold) are refused, as RFC 9112, 5.2
 * lets a server do, since peers disagree on them. It also knows since when a head has been arriving.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {

    private static final DecoderResult FOLDED =
            DecoderResult.failure(new IllegalArgumentException("folded header line"));

    private boolean inHead = true;
    private boolean folded;
    private boolean afterLineFeed;
    private volatile long headStart;

    StrictRequestDecoder(int maxLine, int maxHead) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(maxLine)
                .setMaxHeaderSize(maxHead)
                .setMaxChunkSize(64 << 10)
                .setInitialBufferSize(256)
                .setHeadersFactory(DefaultHttpHeadersFactory.headersFactory()));
    }

    /** {@link System#nanoTime} of the first byte of an unfinished head; 0 if there is none. */
    long headStart() {
        return headStart;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
        if (!inHead) {
            int before = out.size();
            super.decode(ctx, buffer, out);
            inHead = out.size() > before && out.get(out.size() - 1) instanceof LastHttpContent;
            return;
        }
        int start = buffer.readerIndex();
        int before = out.size();
        super.decode(ctx, buffer, out);
        look(buffer, start, buffer.readerIndex());
        if (out.size() == before) {
            if (headStart == 0) {
                headStart = System.nanoTime();
            }
            return;
        }
        if (folded && out.get(before) instanceof HttpRequest request) {
            request.setDecoderResult(FOLDED);
        }
        inHead = out.get(out.size() - 1) instanceof LastHttpContent;
        folded = false;
        afterLineFeed = false;
        headStart = 0;
    }

    private void look(ByteBuf buffer, int start, int end) {
        for (int i = start; i < end; i++) {
            byte b = buffer.getByte(i);
            if (afterLineFeed && (b == ' ' || b == '\t')) {
                folded = true;
            }
            afterLineFeed = b == '\n';
        }
    }
}
