package dev.packhorse.fs;

import dev.packhorse.fs.FsException.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a body for a store that writes them: as many as the body declares, or a failure instead of the end.
 *
 * <p>All that is thrown is an {@link FsException}, so that nobody takes the failure of a body for one of the disk or of a server: a
 * body that ends early or goes on, or that fails by an {@code IOException}, is {@code IO}. That a body goes on is seen by who
 * reads to the end; at most as many bytes as declared come out before. It is not buffered.
 */
public final class WholeBody extends InputStream {

    private final InputStream in;
    private final long declared;
    private final String operation;
    private final FsPath path;
    private long count;

    /**
     * Opens a body.
     *
     * @param operation what is being done, for failures
     * @param path where, for failures
     */
    public WholeBody(Body body, String operation, FsPath path) throws FsException {
        this(body, Body::open, operation, path);
    }

    private WholeBody(Body body, Opening opening, String operation, FsPath path) throws FsException {
        this.declared = body.length();
        this.operation = operation;
        this.path = path;
        try {
            this.in = opening.open(body);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** As above for a store that calls {@link #publish} before the bytes show. */
    public static WholeBody unpublished(Body body, String operation, FsPath path) throws FsException {
        return new WholeBody(body, Body::openUnpublished, operation, path);
    }

    /** {@link Body#publishing}. */
    public static void publish(Body body, String operation, FsPath path) throws FsException {
        try {
            body.publishing();
        } catch (IOException e) {
            throw failure(e, operation, path);
        }
    }

    @FunctionalInterface
    private interface Opening {
        InputStream open(Body body) throws IOException;
    }

    @Override
    public int read() throws FsException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws FsException {
        int got;
        try {
            got = in.read(buffer, offset, length);
        } catch (IOException e) {
            throw failure(e);
        }
        if (got < 0 && count < declared) {
            throw failure(new EOFException("a body of " + count + " bytes instead of " + declared));
        }
        count += Math.max(0, got);
        if (declared != Body.UNKNOWN && count > declared) {
            throw failure(new IOException("a body that is longer than the " + declared + " bytes that it says"));
        }
        return got;
    }

    /** How many bytes have been read. */
    public long count() {
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private FsException failure(IOException e) {
        return failure(e, operation, path);
    }

    private static FsException failure(IOException e, String operation, FsPath path) {
        return e instanceof FsException known ? known : new FsException(Kind.IO, operation, path, e);
    }
}
