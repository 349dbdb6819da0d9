package dev.packhorse.route;

import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.camel.Exchange;
import org.apache.camel.StreamCache;
import org.jspecify.annotations.Nullable;

/**
 * What a file, or the target that a symlink, has now: opened by whoever reads it first, and again from its start when a message is
 * sent again. If something else is there by then, it is {@code NOT_FOUND}.
 */
final class ChangedContent extends InputStream implements StreamCache {

    private final Store store;
    private final FsPath path;
    private final NodeType type;
    private @Nullable Content content;
    private @Nullable InputStream in;
    private long position;

    ChangedContent(Store store, FsPath path, NodeType type) {
        this.store = store;
        this.path = path;
        this.type = type;
    }

    private InputStream opened() throws IOException {
        InputStream open = in;
        if (open == null) {
            Content read = store.read(path);
            content = read;
            if (read.node().type() != type) {
                throw new FsException(FsException.Kind.NOT_FOUND, "read", path);
            }
            open = read.body().open();
            in = open;
        }
        return open;
    }

    @Override
    public int read() throws IOException {
        int value = opened().read();
        if (value >= 0) {
            position++;
        }
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = opened().read(buffer, offset, length);
        position += Math.max(0, read);
        return read;
    }

    @Override
    public void close() throws IOException {
        InputStream open = in;
        Content read = content;
        in = null;
        content = null;
        position = 0;
        try {
            if (open != null) {
                open.close();
            }
        } finally {
            if (read != null) {
                read.close();
            }
        }
    }

    /** The next byte is the first again. */
    @Override
    public void reset() {
        try {
            close();
        } catch (IOException e) {
            RouteStore.LOG.debug("content cannot be closed", e);
        }
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        transferTo(out);
    }

    @Override
    public StreamCache copy(Exchange exchange) {
        ChangedContent copy = new ChangedContent(store, path, type);
        exchange.getExchangeExtension().addOnCompletion(new Closing(copy));
        return copy;
    }

    @Override
    public boolean inMemory() {
        return false;
    }

    /** Not known before it is read. */
    @Override
    public long length() {
        return -1;
    }

    @Override
    public long position() {
        return position;
    }

    /** Closes it with the exchange at the latest. */
    static final class Closing extends org.apache.camel.support.SynchronizationAdapter {
        private final ChangedContent content;

        Closing(ChangedContent content) {
            this.content = content;
        }

        @Override
        public void onDone(Exchange done) {
            content.reset();
        }
    }
}
