package dev.packhorse.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.internal.SocketUtils;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;

/** A listening socket whose connections let workers write. */
final class ListeningChannel extends NioServerSocketChannel {

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        SocketChannel socket = SocketUtils.accept(javaChannel());
        if (socket == null) {
            return 0;
        }
        accepted.add(new Connected(this, socket));
        return 1;
    }

    /** One connection. */
    static final class Connected extends NioSocketChannel {

        private Connected(Channel parent, SocketChannel socket) {
            super(parent, socket);
        }

        /**
         * Writes as much as the socket takes now, past Netty's queue and past every handler, on any thread. Nothing may be in
         * that queue, nobody else may write meanwhile, and no handler may encrypt.
         */
        void writeNow(ByteBuf bytes) throws IOException {
            SocketChannel socket = javaChannel();
            while (bytes.isReadable() && bytes.readBytes(socket, bytes.readableBytes()) > 0) {
                // the socket took a part
            }
        }
    }
}
