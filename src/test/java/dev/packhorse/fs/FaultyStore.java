package dev.packhorse.fs;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A store that breaks where a test wants it to.
 *
 * <pre>{@code
 * FaultyStore store = new FaultyStore(new MemoryStore(1 << 20));
 * store.fail("stat", FsException.Kind.TIMEOUT);
 * store.breakReadsAfter(1000);
 * FaultyStore.Stall stall = store.stall("list");
 * }</pre>
 *
 * Operations are named as in Java. A fault holds until {@link #mend}.
 */
public final class FaultyStore extends ForwardingStore {

    /** An operation that is held up. */
    public static final class Stall {
        private final BlockingQueue<FsPath> arrived = new LinkedBlockingQueue<>();
        private final CountDownLatch released = new CountDownLatch(1);

        /** Waits until somebody is held up, and tells at which path. */
        public FsPath awaitArrival() throws InterruptedException {
            return arrived.take();
        }

        /** Lets everybody go on. */
        public void release() {
            released.countDown();
        }

        private void hold(String operation, FsPath path) throws FsException {
            arrived.add(path);
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FsException(FsException.Kind.TIMEOUT, operation, path, e);
            }
        }
    }

    private static final long NEVER = Long.MAX_VALUE;

    private final ConcurrentMap<String, FsException.Kind> failures = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Stall> stalls = new ConcurrentHashMap<>();
    private volatile long breakAfter = NEVER;
    private volatile long stallAfter = NEVER;
    private volatile long breakListingsAfter = NEVER;
    private volatile @Nullable Stall readStall;

    public FaultyStore(Store delegate) {
        super(delegate);
    }

    /** From now on an operation fails before it has touched anything. */
    public void fail(String operation, FsException.Kind kind) {
        failures.put(operation, kind);
    }

    /** From now on an operation waits before it has touched anything. */
    public Stall stall(String operation) {
        Stall stall = new Stall();
        stalls.put(operation, stall);
        return stall;
    }

    /** From now on the stream of each body that is read throws when it has given so many bytes; bodies have no slice. */
    public void breakReadsAfter(long bytes) {
        breakAfter = bytes;
    }

    /** From now on each listing and walk throws when it has given so many nodes. */
    public void breakListingsAfter(long nodes) {
        breakListingsAfter = nodes;
    }

    /** From now on the stream of each body that is read waits when it has given so many bytes; bodies have no slice. */
    public Stall stallReadsAfter(long bytes) {
        Stall stall = new Stall();
        readStall = stall;
        stallAfter = bytes;
        return stall;
    }

    /** No more faults; nobody is held up any longer. */
    public void mend() {
        failures.clear();
        stalls.values().forEach(Stall::release);
        stalls.clear();
        breakAfter = NEVER;
        stallAfter = NEVER;
        breakListingsAfter = NEVER;
        Stall stall = readStall;
        if (stall != null) {
            stall.release();
        }
    }

    private void meet(String operation, FsPath path) throws FsException {
        Stall stall = stalls.get(operation);
        if (stall != null) {
            stall.hold(operation, path);
        }
        FsException.Kind kind = failures.get(operation);
        if (kind != null) {
            throw new FsException(kind, operation, path);
        }
    }

    @Override
    public Capabilities capabilities() {
        return delegate().capabilities();
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        meet("stat", path);
        return delegate().stat(path);
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        meet("list", directory);
        return new FaultyListing(delegate().list(directory), directory);
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        meet("walk", directory);
        return new FaultyListing(delegate().walk(directory), directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        meet("read", path);
        return new FaultyContent(delegate().read(path));
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        meet("write", path);
        return delegate().write(path, body, options);
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        meet("makeDirectory", path);
        return delegate().makeDirectory(path, options);
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        meet("link", path);
        return delegate().link(path, target, options);
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        meet("change", path);
        return delegate().change(path, change, preconditions);
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        meet("copy", source);
        return delegate().copy(source, target, options);
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        meet("move", source);
        return delegate().move(source, target, options);
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        meet("remove", path);
        delegate().remove(path, preconditions);
    }

    @Override
    public Space space() throws FsException {
        meet("space", FsPath.ROOT);
        return delegate().space();
    }

    @Override
    public void close() throws FsException {
        meet("close", FsPath.ROOT);
        delegate().close();
    }

    private final class FaultyListing implements Listing {
        private final Listing listing;
        private final FsPath path;
        private long given;

        FaultyListing(Listing listing, FsPath path) {
            this.listing = listing;
            this.path = path;
        }

        @Override
        public @Nullable Node next() throws FsException {
            if (given >= breakListingsAfter) {
                throw new FsException(FsException.Kind.IO, "list", path);
            }
            given++;
            return listing.next();
        }

        @Override
        public void close() throws FsException {
            listing.close();
        }
    }

    private final class FaultyContent implements Content {
        private final Content content;

        FaultyContent(Content content) {
            this.content = content;
        }

        @Override
        public Node node() {
            return content.node();
        }

        @Override
        public Body body(ByteRange range) {
            Body body = content.body(range);
            if (breakAfter == NEVER && stallAfter == NEVER) {
                return body;
            }
            return new Body() {
                @Override
                public long length() {
                    return body.length();
                }

                @Override
                public InputStream open() throws IOException {
                    return new FaultyStream(body.open(), content.node().path());
                }
            };
        }

        @Override
        public void close() throws FsException {
            content.close();
        }
    }

    private final class FaultyStream extends FilterInputStream {
        private final FsPath path;
        private long given;

        FaultyStream(InputStream in, FsPath path) {
            super(in);
            this.path = path;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (given >= stallAfter) {
                Objects.requireNonNull(readStall).hold("read", path);
            }
            if (given >= breakAfter) {
                throw new FsException(FsException.Kind.IO, "read", path);
            }
            long limit = given < stallAfter ? Math.min(breakAfter, stallAfter) : breakAfter;
            int count = in.read(buffer, offset, (int) Math.min(length, limit - given));
            given += Math.max(0, count);
            return count;
        }

        @Override
        public long skip(long count) {
            return 0;
        }
    }
}
