package dev.packhorse.store.object;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A body as it is read: it knows that it has ended with its last byte, and that it has the length it said. */
public final class Source implements Closeable {

    private final InputStream in;
    private final long declared;
    private final FsPath path;
    private long total;

    /** The byte behind those that were given out, -1 for none. */
    private int ahead;

    private ByteBuffer unread = ByteBuffer.allocate(0);

    /** Opens the body; of one that fails a caller sees the kind of its failure, or {@code IO}. */
    public Source(Body body, FsPath path) throws FsException {
        this.path = path;
        this.declared = body.length();
        try {
            this.in = body.open();
        } catch (IOException e) {
            throw failure(e);
        }
        boolean begun = false;
        try {
            ahead = in.read();
            check();
            begun = true;
        } catch (IOException e) {
            throw failure(e);
        } finally {
            if (!begun) {
                close();
            }
        }
    }

    public boolean isEnded() {
        return ahead < 0 && !unread.hasRemaining();
    }

    /** Reads until a buffer has so many bytes or the body ends; returns how many it has. */
    public int read(byte[] buffer, int wanted) throws FsException {
        int count = Math.min(wanted, unread.remaining());
        unread.get(buffer, 0, count);
        try {
            while (ahead >= 0 && count < wanted) {
                buffer[count++] = (byte) ahead;
                int more = in.readNBytes(buffer, count, wanted - count);
                count += more;
                total += more + 1;
                ahead = in.read();
                check();
            }
        } catch (IOException e) {
            throw failure(e);
        }
        return count;
    }

    /** Takes bytes back that are to be read once more. */
    public void unread(byte[] bytes, int count) {
        unread = ByteBuffer.wrap(bytes, 0, count);
    }

    private void check() throws IOException {
        long known = ahead < 0 ? total : total + 1;
        if (declared != Body.UNKNOWN && (known > declared || (ahead < 0 && known != declared))) {
            throw new EOFException("a body of another length than " + declared + " bytes");
        }
    }

    private FsException failure(IOException e) {
        return e instanceof FsException known ? known : new FsException(Kind.IO, "write", path, e);
    }

    @Override
    public void close() throws FsException {
        try {
            in.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }
}
