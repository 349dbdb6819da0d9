package dev.packhorse.store.local;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * A folder of this host.
 *
 * <p>Names that start with {@code .packhorse-} are the store's own: hidden from listings, {@code INVALID_NAME} for clients.
 * FIFOs, sockets and devices are not there. Modification times are shown in nanoseconds and set in microseconds.
 */
public final class LocalStore implements Store {

    /**
     * How to serve a folder.
     *
     * @param durable how much of a change is on the disk when it is answered
     */
    public record Options(Durability durable) {
        /** Contents are forced, names are not. */
        public static final Options DEFAULT = new Options(Durability.FILE);
    }

    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    /** How often a file may be replaced between being seen and being opened before that is no accident. */
    private static final int ATTEMPTS = 16;

    private final LocalTree tree;
    final Transfers transfers;
    private final Removal removal;
    private final FileStore fileStore;
    private final Sweeper sweeper;
    private volatile boolean closed;

    private LocalStore(LocalTree tree, FileStore fileStore) {
        this.tree = tree;
        this.transfers = new Transfers(tree, this);
        this.removal = new Removal(tree);
        this.fileStore = fileStore;
        this.sweeper = Sweeper.start(tree.confinement().root());
    }

    /**
     * Opens a folder, and starts to sweep what a crash has left in it.
     *
     * @throws FsException {@code NOT_FOUND}, {@code NOT_A_DIRECTORY}, {@code PERMISSION_DENIED}
     */
    public static LocalStore open(Path root, Options options) throws FsException {
        try {
            Path real = root.toRealPath();
            if (!Files.isDirectory(real)) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "open", FsPath.ROOT);
            }
            EnumSet<Capability> all = EnumSet.of(
                    Capability.WRITE,
                    Capability.SYMLINKS,
                    Capability.MODE,
                    Capability.MODIFIED,
                    Capability.ETAGS,
                    Capability.SPACE);
            if (isPrivileged()) {
                all.add(Capability.OWNER);
            }
            return new LocalStore(
                    new LocalTree(
                            new Confinement(real),
                            options.durable(),
                            new Capabilities(all, Duration.ofNanos(1000)),
                            new LongAdder()),
                    Files.getFileStore(real));
        } catch (IOException e) {
            throw LocalErrors.of(e, "open", FsPath.ROOT);
        }
    }

    private static boolean isPrivileged() throws IOException {
        Path self = Path.of("/proc/self");
        return Files.exists(self)
                ? Files.getAttribute(self, "unix:uid").equals(0)
                : "root".equals(System.getProperty("user.name"));
    }

    /** How many names were met so far, in all listings, that are not UTF-8 or that {@link FsPath} refuses. */
    public long unlistableNames() {
        return tree.unlistable().sum();
    }

    @Override
    public Capabilities capabilities() {
        return tree.capabilities();
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        requireOpen("stat", path);
        long stamp = Confinement.LOCK.readLock();
        try {
            Path at = tree.resolve(path, "stat");
            return tree.node(path, at, tree.existing(at));
        } catch (IOException e) {
            throw tree.failure(e, "stat", path);
        } finally {
            Confinement.LOCK.unlockRead(stamp);
        }
    }

    @Override
    @SuppressWarnings("StreamResourceLeak") // the listing closes it
    public Listing list(FsPath directory) throws FsException {
        requireOpen("list", directory);
        try {
            Object key;
            DirectoryStream<Path> entries;
            long stamp = Confinement.LOCK.readLock();
            try {
                Path at = tree.resolve(directory, "list");
                Inode inode = tree.existing(at);
                if (!inode.isDirectory()) {
                    throw new FsException(Kind.NOT_A_DIRECTORY, "list", directory);
                }
                key = inode.key();
                entries = LocalTree.entries(at);
            } finally {
                Confinement.LOCK.unlockRead(stamp);
            }
            return LocalListing.open(tree, directory, entries, key);
        } catch (IOException e) {
            throw tree.failure(e, "list", directory);
        }
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return Trees.walk(this, directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        requireOpen("read", path);
        try {
            return open(path, "read");
        } catch (IOException e) {
            throw tree.failure(e, "read", path);
        }
    }

    Content open(FsPath path, String operation) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long stamp = Confinement.LOCK.readLock();
            try {
                Path at = tree.resolve(path, operation);
                Inode inode = tree.existing(at);
                if (inode.isDirectory()) {
                    throw new FsException(Kind.IS_A_DIRECTORY, operation, path);
                }
                Content content = inode.isSymlink() ? symlink(path, at, inode) : file(path, at, inode);
                if (content != null) {
                    return content;
                }
            } finally {
                Confinement.LOCK.unlockRead(stamp);
            }
        }
        throw new FsException(Kind.BUSY, operation, path);
    }

    private @Nullable Content symlink(FsPath path, Path at, Inode inode) throws IOException {
        String target = Names.target(at);
        return inode.isStillAt(at) ? new SymlinkContent(tree.symlink(path, inode, target), target) : null;
    }

    /** Opens a file; {@code null} if it has changed on the way. */
    private @Nullable Content file(FsPath path, Path at, Inode inode) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(at, READ);
        } catch (IOException e) {
            if (inode.isStillAt(at)) {
                throw e;
            }
            return null;
        }
        boolean same = false;
        try {
            Node node = tree.node(path, at, inode);
            same = inode.isStillAt(at);
            return same ? new LocalContent(node, channel) : null;
        } finally {
            if (!same) {
                channel.close();
            }
        }
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        prepare("write", path, options.attributes(), options.preconditions());
        try {
            return new Replacement(tree, "write", path, options.attributes(), true, options.preconditions(), null)
                    .run(Replacement.body(body, "write", path));
        } catch (IOException e) {
            throw tree.failure(e, "write", path);
        }
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        prepare("makeDirectory", path, options.attributes(), options.preconditions());
        try {
            Node node;
            FileChannel directory = null;
            long stamp = Confinement.LOCK.readLock();
            try {
                Path at = tree.resolve(path, "makeDirectory");
                Lock stripe = Stripes.of(at);
                stripe.lock();
                try {
                    Inode inode = Inode.readIfThere(at);
                    tree.check(options.preconditions(), path, at, inode, "makeDirectory");
                    if (inode == null) {
                        Files.createDirectory(at);
                        directory = tree.directoryToForce(at);
                        inode = metadata(options.attributes(), Mode.DIRECTORY_DEFAULT)
                                .apply(at, Inode.read(at));
                    } else if (inode.isDirectory()) {
                        inode = metadata(options.attributes(), null).apply(at, inode);
                    } else {
                        throw new FsException(Kind.NOT_A_DIRECTORY, "makeDirectory", path);
                    }
                    node = tree.node(path, at, inode);
                } finally {
                    stripe.unlock();
                }
            } finally {
                Confinement.LOCK.unlockRead(stamp);
            }
            LocalTree.force(directory);
            return node;
        } catch (IOException e) {
            throw tree.failure(e, "makeDirectory", path);
        }
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        prepare("link", path, options.attributes(), options.preconditions());
        int length = target.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > 4095 || target.indexOf('\0') >= 0 || target.indexOf('\uFFFD') >= 0) {
            throw new FsException(Kind.INVALID_NAME, "link", path);
        }
        try {
            return putLink("link", path, target, options, true);
        } catch (IOException e) {
            throw tree.failure(e, "link", path);
        }
    }

    Node putLink(String operation, FsPath path, String target, WriteOptions options, boolean overwrite)
            throws IOException {
        Node node;
        FileChannel directory;
        Temp temp = null;
        try {
            long stamp = Confinement.LOCK.writeLock();
            try {
                Path at = tree.resolve(path, operation);
                Path parent = at.getParent();
                Inode old = Inode.readIfThere(at);
                tree.check(options.preconditions(), path, at, old, operation);
                tree.checkReplaceable(path, old, overwrite, operation);
                temp = parent == null ? null : Temp.symlink(parent, target);
                if (temp == null) {
                    throw new FsException(Kind.INVALID_NAME, operation, path);
                }
                Inode inode = metadata(options.attributes(), null).apply(temp.path(), Inode.read(temp.path()));
                temp.place(at);
                node = tree.symlink(path, inode, target);
                directory = tree.directoryToForce(at);
            } finally {
                Confinement.LOCK.unlockWrite(stamp);
            }
        } finally {
            if (temp != null) {
                temp.close();
            }
        }
        LocalTree.force(directory);
        return node;
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        prepare("change", path, change, preconditions);
        long stamp = Confinement.LOCK.readLock();
        try {
            Path at = tree.resolve(path, "change");
            Lock stripe = Stripes.of(at);
            stripe.lock();
            try {
                Inode inode = tree.existing(at);
                tree.check(preconditions, path, at, inode, "change");
                Metadata metadata = metadata(change, null);
                if (inode.isFile()) {
                    keepTag(at, inode, metadata.modified());
                }
                return tree.node(path, at, metadata.apply(at, inode));
            } finally {
                stripe.unlock();
            }
        } catch (IOException e) {
            throw tree.failure(e, "change", path);
        } finally {
            Confinement.LOCK.unlockRead(stamp);
        }
    }

    /** Carries the tag of a file over a change of its metadata. */
    private static void keepTag(Path at, Inode inode, @Nullable Instant modified) throws IOException {
        Instant next = modified == null ? inode.modified() : modified;
        if (WriteClock.isGiven(next) && Etags.kept(at, inode.size(), next) == null) {
            Etags.keep(at, Etags.ofFile(() -> at, inode), inode.size(), next);
        }
    }

    private static Metadata metadata(AttributeChange change, @Nullable Mode defaultMode) {
        return new Metadata(
                change.mode() == null ? defaultMode : change.mode(),
                change.owner(),
                change.modified() == null ? null : WriteClock.given(change.modified()));
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        prepare("copy", source, AttributeChange.NONE, options.preconditions());
        try {
            return transfers.copy(source, target, options);
        } catch (IOException e) {
            throw tree.failure(e, "copy", source);
        }
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        prepare("move", source, AttributeChange.NONE, options.preconditions());
        try {
            return transfers.move(source, target, options);
        } catch (IOException e) {
            throw tree.failure(e, "move", source);
        }
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        prepare("remove", path, AttributeChange.NONE, preconditions);
        try {
            removal.remove(path, preconditions);
        } catch (IOException e) {
            throw tree.failure(e, "remove", path);
        }
    }

    @Override
    public Space space() throws FsException {
        requireOpen("space", FsPath.ROOT);
        try {
            return new Space(fileStore.getTotalSpace(), fileStore.getUsableSpace());
        } catch (IOException e) {
            throw tree.failure(e, "space", FsPath.ROOT);
        }
    }

    @Override
    public void close() {
        closed = true;
        sweeper.stop();
    }

    private void prepare(String operation, FsPath path, AttributeChange attributes, Preconditions preconditions)
            throws FsException {
        requireOpen(operation, path);
        attributes.require(tree.capabilities(), operation, path);
        if (preconditions.changeTimestamp() != null) {
            throw new FsException(Kind.UNSUPPORTED, operation, path);
        }
    }

    private void requireOpen(String operation, FsPath path) throws FsException {
        if (closed) {
            throw new FsException(Kind.UNAVAILABLE, operation, path);
        }
    }
}
