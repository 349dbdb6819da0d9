package dev.packhorse.policy.observe;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Node;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/** Counts the bytes that are taken from a content, by whatever way, and is a line when it is closed. */
final class AuditedContent implements Content {

    private final Content content;
    private final Observed observed;

    AuditedContent(Content content, Observed observed) {
        this.content = content;
        this.observed = observed;
        observed.countBytes(0);
    }

    @Override
    public Node node() {
        return content.node();
    }

    @Override
    public Body body(ByteRange range) {
        return new CountedBody(content.body(range));
    }

    @Override
    public void close() throws FsException {
        try {
            content.close();
        } finally {
            observed.end();
        }
    }

    private final class CountedBody implements Body {
        private final Body body;

        CountedBody(Body body) {
            this.body = body;
        }

        @Override
        public long length() {
            return body.length();
        }

        @Override
        public InputStream open() throws IOException {
            return counted(body.open());
        }

        @Override
        public InputStream openUnpublished() throws IOException {
            return counted(body.openUnpublished());
        }

        @Override
        public void publishing() throws IOException {
            body.publishing();
        }

        @Override
        public @Nullable FileSlice slice() {
            FileSlice slice = body.slice();
            return slice == null
                    ? null
                    : new FileSlice(new CountedChannel(slice.channel(), observed::countBytes), slice.range());
        }

        private InputStream counted(InputStream in) {
            return in instanceof ReadableByteChannel channel ? new ChannelStream(in, channel) : new CountedStream(in);
        }
    }

    private class CountedStream extends FilterInputStream {

        CountedStream(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return counted(in.read(buffer, offset, length));
            } catch (IOException e) {
                throw failed(e);
            }
        }

        /** Counts what came, if something did. */
        final int counted(int count) {
            if (count > 0) {
                observed.countBytes(count);
            }
            return count;
        }

        final IOException failed(IOException e) {
            observed.failed(e instanceof FsException known ? known.kind() : Kind.IO);
            return e;
        }
    }

    /** A stream that is a channel stays one: large pieces go straight to where the socket takes them from. */
    private final class ChannelStream extends CountedStream implements ReadableByteChannel {
        private final ReadableByteChannel channel;

        ChannelStream(InputStream in, ReadableByteChannel channel) {
            super(in);
            this.channel = channel;
        }

        @Override
        public int read(ByteBuffer buffer) throws IOException {
            try {
                return counted(channel.read(buffer));
            } catch (IOException e) {
                throw failed(e);
            }
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }
    }
}
