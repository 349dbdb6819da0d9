package dev.packhorse.fs;

import java.io.IOException;
import java.io.InputStream;

/**
 * A body for policies that write down a change before it happens: the change begins before the store publishes. A store that reads a
 * body whole before it publishes anything sees the end of it only then, one that says when it publishes may have it before. If the
 * change is refused, the body fails.
 */
public final class OrderedBody implements Body {

    /** What happens before the end is let go; may be asked for more than once. */
    @FunctionalInterface
    public interface BeforeEnd {
        /**
         * The end has come.
         *
         * @param size how many bytes there are
         */
        void begin(long size) throws FsException;
    }

    private final Body body;
    private final BeforeEnd change;

    /** How many bytes have come; written by who reads, before it publishes. */
    private long count;

    /** A body around another. */
    public OrderedBody(Body body, BeforeEnd change) {
        this.body = body;
        this.change = change;
    }

    @Override
    public long length() {
        return body.length();
    }

    @Override
    public InputStream open() throws IOException {
        return new OrderedStream(body.open(), /* holds= */ true);
    }

    @Override
    public InputStream openUnpublished() throws IOException {
        return new OrderedStream(body.openUnpublished(), /* holds= */ false);
    }

    @Override
    public void publishing() throws IOException {
        body.publishing();
        change.begin(count);
    }

    private final class OrderedStream extends InputStream {
        private final InputStream in;
        private final boolean holds;

        /** Bytes until the declared end; never 0 before the end for a body of unknown length. */
        private long left = length() == UNKNOWN ? Long.MAX_VALUE : length();

        /**
         * A stream.
         *
         * @param holds whether the change begins before the end
         */
        OrderedStream(InputStream in, boolean holds) {
            this.in = in;
            this.holds = holds;
        }

        @Override
        public int read() throws IOException {
            int value = in.read();
            passed(value < 0 ? -1 : 1);
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int got = in.read(buffer, offset, length);
            passed(got);
            return got;
        }

        /** A store that knows the length need not read beyond it, so the last byte counts as the end, too. */
        private void passed(int read) throws IOException {
            left -= Math.max(0, read);
            count += Math.max(0, read);
            if (holds && (read < 0 || left <= 0)) {
                change.begin(count);
            }
        }

        @Override
        public int available() throws IOException {
            return in.available();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
