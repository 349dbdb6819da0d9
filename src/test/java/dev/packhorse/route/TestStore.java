package dev.packhorse.route;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A store in memory that can be told to fail, and knows what has been asked of it and what has not been closed. */
final class TestStore extends ForwardingStore {

    /** Operations in the order in which they came, failed ones included. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    /** Contents and listings that are open. */
    final AtomicInteger open = new AtomicInteger();

    /** What every operation fails with. */
    volatile FsException.@Nullable Kind failing;

    /** How many bytes of a body are read before the failure; none is opened for a negative number. */
    volatile int failingAfter = -1;

    /** What is declared instead of what the memory can do. */
    volatile @Nullable Capabilities declared;

    /** What each write fails with when it has read its body. */
    volatile FsException.@Nullable Kind failingWrites;

    /** Done behind each write, to the memory itself. */
    volatile @Nullable AfterWrite afterWrite;

    volatile boolean closed;

    /** Something that happens when a file has been written. */
    @FunctionalInterface
    interface AfterWrite {
        void wrote(Store memory, FsPath path) throws FsException;
    }

    TestStore() {
        super(new MemoryStore(1 << 20));
    }

    @Override
    public Capabilities capabilities() {
        Capabilities instead = declared;
        return instead == null ? super.capabilities() : instead;
    }

    private void asked(String operation, FsPath path) throws FsException {
        asked.add(operation + " " + path);
        FsException.Kind kind = failing;
        if (kind != null) {
            throw new FsException(kind, operation, path);
        }
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        asked("stat", path);
        return super.stat(path);
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        asked("list", directory);
        return watched(super.list(directory));
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        asked("walk", directory);
        return watched(super.walk(directory));
    }

    private Listing watched(Listing listing) {
        open.incrementAndGet();
        return new Listing() {
            private boolean closed;

            @Override
            public @Nullable Node next() throws FsException {
                return listing.next();
            }

            @Override
            public void close() throws FsException {
                if (!closed) {
                    closed = true;
                    open.decrementAndGet();
                }
                listing.close();
            }
        };
    }

    @Override
    public Content read(FsPath path) throws FsException {
        asked("read", path);
        Content content = super.read(path);
        open.incrementAndGet();
        return new Content() {
            private boolean closed;

            @Override
            public Node node() {
                return content.node();
            }

            @Override
            public Body body(ByteRange range) {
                return content.body(range);
            }

            @Override
            public void close() throws FsException {
                if (!closed) {
                    closed = true;
                    open.decrementAndGet();
                }
                content.close();
            }
        };
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        if (failing != null && failingAfter >= 0) {
            try (InputStream in = body.open()) {
                in.readNBytes(failingAfter);
            } catch (IOException e) {
                throw new FsException(FsException.Kind.IO, "write", path, e);
            }
        }
        asked("write", path);
        FsException.Kind refusing = failingWrites;
        if (refusing != null) {
            try (InputStream in = body.open()) {
                in.readAllBytes();
            } catch (IOException e) {
                throw new FsException(FsException.Kind.IO, "write", path, e);
            }
            throw new FsException(refusing, "write", path);
        }
        Node node = super.write(path, body, options);
        AfterWrite after = afterWrite;
        if (after != null) {
            after.wrote(delegate(), path);
        }
        return node;
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        asked("makeDirectory", path);
        return super.makeDirectory(path, options);
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        asked("copy", source);
        return super.copy(source, target, options);
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        asked("move", source);
        return super.move(source, target, options);
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        asked("remove", path);
        super.remove(path, preconditions);
    }

    @Override
    public void close() throws FsException {
        closed = true;
        super.close();
    }
}
