package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.ReadOnlyStore;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.Trees;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The entries of an archive that is a file in another store. */
public final class ArchiveStore extends ReadOnlyStore {

    private static final Logger LOG = System.getLogger(ArchiveStore.class.getName());
    private static final Capabilities CAPABILITIES = new Capabilities(Set.of(), Duration.ofSeconds(2));

    private final Store source;
    private final FsPath file;
    private final String name;
    private final FsPath base;
    private final Format format;
    private final ArchiveOptions options;

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Edition current;
    private long checked;
    private volatile boolean closed;

    /**
     * A store that looks at the archive when first used.
     *
     * @param source where the archive is; closed with this
     * @param file which file it is there
     * @param name what a single compressed file is called inside
     * @param base the directory of the archive that is the root here
     */
    public ArchiveStore(Store source, FsPath file, String name, FsPath base, Format format, ArchiveOptions options) {
        this.source = source;
        this.file = file;
        this.name = name;
        this.base = base;
        this.format = format;
        this.options = options;
    }

    /**
     * Reads the archive now.
     *
     * @throws IOException what is wrong with it, as its source or its reader says; {@link FsException} for the source
     */
    public void load() throws IOException {
        lock.lock();
        try {
            Edition edition = refresh();
            Entry root = edition.index().find(base, FsPath.ROOT, "stat");
            if (!root.isDirectory()) {
                throw new IOException("no directory " + base + " in the archive");
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        Edition edition = use("stat", path);
        try {
            return edition.index().find(base, path, "stat").node(path);
        } finally {
            release(edition, "stat", path);
        }
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        Edition edition = use("list", directory);
        try {
            Entry entry = edition.index().find(base, directory, "list");
            if (!entry.isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "list", directory);
            }
            return new Children(directory, entry.children().iterator());
        } finally {
            release(edition, "list", directory);
        }
    }

    /** Of an index in memory: it does not need the edition any more. */
    private record Children(FsPath directory, Iterator<Entry> entries) implements Listing {
        @Override
        public @Nullable Node next() throws FsException {
            if (!entries.hasNext()) {
                return null;
            }
            Entry entry = entries.next();
            return entry.node(directory.child(entry.path().name()));
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return Trees.walk(this, directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        Edition edition = use("read", path);
        boolean kept = false;
        try {
            Entry entry = edition.index().find(base, path, "read");
            if (entry.isDirectory()) {
                throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
            }
            kept = true;
            return new ArchiveContent(entry.node(path), entry, edition);
        } finally {
            if (!kept) {
                release(edition, "read", path);
            }
        }
    }

    /** The current edition, which the caller releases. */
    private Edition use(String operation, FsPath path) throws FsException {
        if (closed) {
            throw new FsException(Kind.UNAVAILABLE, operation, path);
        }
        lock.lock();
        try {
            if (closed) {
                throw new FsException(Kind.UNAVAILABLE, operation, path);
            }
            return refresh().retain();
        } catch (IOException e) {
            throw ArchiveErrors.source(e, operation, path);
        } finally {
            lock.unlock();
        }
    }

    /** The current edition; a new one if the source has changed. The caller holds the lock. */
    private Edition refresh() throws IOException {
        Edition edition = current;
        long now = System.nanoTime();
        if (edition != null) {
            if (now - checked < options.recheck().toNanos()) {
                return edition;
            }
            if (edition.isOf(source.stat(file))) {
                checked = now;
                return edition;
            }
        }
        Edition fresh;
        try {
            fresh = Edition.read(source, file, name, format, options);
        } catch (RuntimeException e) {
            // What Commons Compress throws for some broken archives.
            throw new IOException("the archive is broken", e);
        }
        checked = now;
        current = fresh;
        if (edition != null) {
            edition.release();
        }
        if (fresh.index().skipped() > 0) {
            LOG.log(
                    Level.WARNING,
                    "entries of an archive are not served: count={0}",
                    fresh.index().skipped());
        }
        return fresh;
    }

    private static void release(Edition edition, String operation, FsPath path) throws FsException {
        try {
            edition.release();
        } catch (IOException e) {
            throw ArchiveErrors.entry(e, operation, path);
        }
    }

    @Override
    public void close() throws FsException {
        closed = true;
        lock.lock();
        try (source) {
            Edition edition = current;
            current = null;
            if (edition != null) {
                release(edition, "close", FsPath.ROOT);
            }
        } finally {
            lock.unlock();
        }
    }
}
