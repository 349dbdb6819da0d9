package dev.packhorse.store.sftp;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Node;
import java.io.IOException;
import java.io.InputStream;

/** An open file on the server; its connection is used until this is closed. */
final class SftpContent implements Content {

    private final Node node;
    private final Connections.Lease lease;
    private final byte[] handle;
    private boolean closed;

    SftpContent(Node node, Connections.Lease lease, byte[] handle) {
        this.node = node;
        this.lease = lease;
        this.handle = handle;
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public Body body(ByteRange range) {
        return new Body() {
            @Override
            public long length() {
                return range.length();
            }

            @Override
            public InputStream open() {
                return stream(range);
            }
        };
    }

    private InputStream stream(ByteRange range) {
        Pipeline pipeline = new Pipeline(lease.connection(), handle, range.offset(), range.length());
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                try {
                    return pipeline.read(buffer, offset, length);
                } catch (IOException e) {
                    throw SftpErrors.of(e, "read", node.path());
                }
            }

            @Override
            public int available() {
                return pipeline.available();
            }

            @Override
            public void close() {
                pipeline.close();
            }
        };
    }

    byte[] handle() {
        return handle;
    }

    @Override
    public synchronized void close() throws FsException {
        if (!closed) {
            closed = true;
            lease.connection().release(handle);
            lease.close();
        }
    }
}
