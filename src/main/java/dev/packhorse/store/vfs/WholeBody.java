package dev.packhorse.store.vfs;

import dev.packhorse.fs.Body;
import java.io.FilterInputStream;
import java.io.IOException;

/** The bytes of a body; a failure if they are fewer or more than it says. */
final class WholeBody extends FilterInputStream {

    private final long declared;
    private long count;

    WholeBody(Body body) throws IOException {
        super(body.open());
        this.declared = body.length();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int got = super.read(buffer, offset, length);
        if (got < 0 && count < declared) {
            throw new IOException("a body of " + count + " bytes instead of " + declared);
        }
        count += Math.max(0, got);
        if (declared != Body.UNKNOWN && count > declared) {
            throw new IOException("a body that is longer than the " + declared + " bytes that it says");
        }
        return got;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
