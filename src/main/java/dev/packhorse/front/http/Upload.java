package dev.packhorse.front.http;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request on its way into a store: counted, and remembered if it breaks, so that a client's fault is not
 * taken for the store's.
 */
public final class Upload implements Body {

    private final Body body;
    private final long most;
    private @Nullable IOException broken;

    /**
     * Wraps the body of a request.
     *
     * @param most bytes that it may have
     * @throws RefusedException 413 if it says that it has more
     */
    public Upload(Body body, long most) throws RefusedException {
        if (body.length() > most) {
            throw new RefusedException(413, "Too Large");
        }
        this.body = body;
        this.most = most;
    }

    @Override
    public long length() {
        return body.length();
    }

    @Override
    public InputStream open() throws IOException {
        try {
            return new Counted(body.open());
        } catch (IOException e) {
            broken = e;
            throw e;
        }
    }

    /**
     * What is to blame for a failure of a store that was reading this: the body, if it broke.
     *
     * @return the failure itself, or what the body refused
     * @throws RefusedException 400 for a body that did not arrive whole
     */
    public FsException rethrown(FsException failure) throws RefusedException {
        if (broken == null) {
            return failure;
        }
        if (broken instanceof FsException known) {
            return known;
        }
        throw new RefusedException(400, "Body Incomplete");
    }

    /**
     * Takes a body that means nothing, up to a size.
     *
     * @throws RefusedException 413 for a larger one, 400 for one that breaks
     */
    public static void discard(Body body, int most) throws RefusedException {
        Upload upload = new Upload(body, most);
        try (InputStream in = upload.open()) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (FsException e) {
            throw new RefusedException(413, "Too Large");
        } catch (IOException e) {
            throw new RefusedException(400, "Body Incomplete");
        }
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
        public int read(byte[] target, int offset, int length) throws IOException {
            try {
                int read = in.read(target, offset, length);
                count += Math.max(read, 0);
                if (count > most) {
                    throw new FsException(FsException.Kind.TOO_LARGE, "write", FsPath.ROOT);
                }
                return read;
            } catch (IOException e) {
                broken = e;
                throw e;
            }
        }

        @Override
        public long skip(long n) throws IOException {
            return n <= 0 ? 0 : Math.max(0, read(new byte[(int) Math.min(n, 8192)]));
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
