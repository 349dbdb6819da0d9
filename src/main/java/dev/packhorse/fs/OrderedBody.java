package dev.packhorse.fs;

import java.io.IOException;
import java.io.InputStream;

/**
 * A body for policies that write down a change: it begins the change before it lets go of its end: a store that reads a body whole before it publishes anything
 * publishes inside the change, and one whose change is refused sees the body fail.
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
        return new OrderedStream(body.open(), body.length(), change);
    }

    private static final class OrderedStream extends InputStream {
        private final InputStream in;
        private final BeforeEnd change;

        /** Bytes until the declared end; never 0 before the end for a body of unknown length. */
        private long left;

        private long count;

        OrderedStream(InputStream in, long length, BeforeEnd change) {
            this.in = in;
            this.left = length == UNKNOWN ? Long.MAX_VALUE : length;
            this.change = change;
        }

        @Override
        public int read() throws IOException {
            int value = in.read();
            passed(value < 0 ? -1 : 1);
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = in.read(buffer, offset, length);
            passed(count);
            return count;
        }

        /** A store that knows the length need not read beyond it, so the last byte counts as the end, too. */
        private void passed(int read) throws IOException {
            left -= Math.max(0, read);
            count += Math.max(0, read);
            if (read < 0 || left <= 0) {
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
