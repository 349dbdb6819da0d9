package dev.packhorse.fs;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body whose bytes are counted as they pass. */
public final class CountedBody implements Body {

    /** Is told of the bytes. */
    @FunctionalInterface
    public interface Counter {
        /**
         * More bytes have come.
         *
         * @param count how many there are so far
         * @throws IOException to break the body
         */
        void passed(long count) throws IOException;
    }

    private final Body body;
    private final Counter counter;

    /** A body around another. */
    public CountedBody(Body body, Counter counter) {
        this.body = body;
        this.counter = counter;
    }

    @Override
    public long length() {
        return body.length();
    }

    @Override
    public InputStream open() throws IOException {
        return new Counted(body.open());
    }

    @Override
    public InputStream openUnpublished() throws IOException {
        return new Counted(body.openUnpublished());
    }

    @Override
    public void publishing() throws IOException {
        body.publishing();
    }

    private final class Counted extends FilterInputStream {

        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = in.read(buffer, offset, length);
            if (read > 0) {
                count += read;
                counter.passed(count);
            }
            return read;
        }

        /** By reading: what is skipped counts as well. */
        @Override
        public long skip(long most) throws IOException {
            return most <= 0 ? 0 : Math.max(0, read(new byte[(int) Math.min(most, 8192)]));
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
