package dev.packhorse.fs;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Writes down what is asked of a store, and counts what is open: contents, listings, and streams of bodies both ways. */
public final class RecordingStore extends ForwardingStore {

    private final List<String> operations = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();

    public RecordingStore(Store delegate) {
        super(delegate);
    }

    /** What was asked, as {@code "read /a"} or {@code "move /a /b"}. */
    public List<String> operations() {
        return List.copyOf(operations);
    }

    /** How many contents, listings and streams are open. */
    public int open() {
        return open.get();
    }

    @Override
    public Capabilities capabilities() {
        return delegate().capabilities();
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        operations.add("stat " + path);
        return delegate().stat(path);
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        operations.add("list " + directory);
        return new OpenListing(delegate().list(directory));
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        operations.add("walk " + directory);
        return new OpenListing(delegate().walk(directory));
    }

    @Override
    public Content read(FsPath path) throws FsException {
        operations.add("read " + path);
        return new OpenContent(delegate().read(path));
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        operations.add("write " + path);
        return delegate().write(path, new OpenBody(body), options);
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        operations.add("makeDirectory " + path);
        return delegate().makeDirectory(path, options);
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        operations.add("link " + path);
        return delegate().link(path, target, options);
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        operations.add("change " + path);
        return delegate().change(path, change, preconditions);
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        operations.add("copy " + source + " " + target);
        return delegate().copy(source, target, options);
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        operations.add("move " + source + " " + target);
        return delegate().move(source, target, options);
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        operations.add("remove " + path);
        delegate().remove(path, preconditions);
    }

    @Override
    public Space space() throws FsException {
        operations.add("space");
        return delegate().space();
    }

    @Override
    public void close() throws FsException {
        operations.add("close");
        delegate().close();
    }

    /** Counts one thing as open until it is closed for the first time. */
    private final class Count {
        private boolean closed;

        Count() {
            open.incrementAndGet();
        }

        synchronized void close() {
            if (!closed) {
                closed = true;
                open.decrementAndGet();
            }
        }
    }

    private final class OpenListing implements Listing {
        private final Listing listing;
        private final Count count = new Count();

        OpenListing(Listing listing) {
            this.listing = listing;
        }

        @Override
        public @Nullable Node next() throws FsException {
            return listing.next();
        }

        @Override
        public void close() throws FsException {
            count.close();
            listing.close();
        }
    }

    private final class OpenContent implements Content {
        private final Content content;
        private final Count count = new Count();

        OpenContent(Content content) {
            this.content = content;
        }

        @Override
        public Node node() {
            return content.node();
        }

        @Override
        public Body body(ByteRange range) {
            return new OpenBody(content.body(range));
        }

        @Override
        public void close() throws FsException {
            count.close();
            content.close();
        }
    }

    private final class OpenBody implements Body {
        private final Body body;

        OpenBody(Body body) {
            this.body = body;
        }

        @Override
        public long length() {
            return body.length();
        }

        @Override
        public InputStream open() throws IOException {
            return new OpenStream(body.open());
        }

        @Override
        public @Nullable FileSlice slice() {
            return body.slice();
        }
    }

    private final class OpenStream extends FilterInputStream {
        private final Count count = new Count();

        OpenStream(InputStream in) {
            super(in);
        }

        @Override
        public void close() throws IOException {
            count.close();
            super.close();
        }
    }
}
