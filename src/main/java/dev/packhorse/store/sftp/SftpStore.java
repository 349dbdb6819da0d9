package dev.packhorse.store.sftp;

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
import dev.packhorse.fs.SortedNodes;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * A folder of an SFTP server.
 *
 * <p>Names that start with {@code .packhorse-} are the store's own: hidden from listings, {@code INVALID_NAME} for clients.
 * FIFOs, sockets and devices are not there. Modification times are whole seconds from 1970 to 2106; others are moved to the
 * nearest. There are no ETags, see the package.
 */
public final class SftpStore implements Store {

    /** How many directories of all walks together are read at the same time. */
    private static final int WALKERS = 16;

    /** How often a file may be replaced between being seen and being opened before that is no accident. */
    static final int ATTEMPTS = 8;

    private final SftpOptions options;
    private final Connections connections;
    private final Leftovers leftovers;
    private final Listings listings;
    private final Transfers transfers;
    private final LongAdder unlistable = new LongAdder();
    private final ThreadPoolExecutor walkers;
    private volatile boolean closed;

    private SftpStore(String host, int port, String root, SftpOptions options) {
        this.options = options;
        this.connections = new Connections(host, port, rootPath(root), options);
        this.leftovers = new Leftovers(connections);
        this.listings = new Listings(connections, leftovers, unlistable);
        this.transfers = new Transfers(this, connections, listings, leftovers, options);
        this.walkers =
                new ThreadPoolExecutor(WALKERS, WALKERS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "sftp-walk-" + host);
                    thread.setDaemon(true);
                    return thread;
                });
        walkers.allowCoreThreadTimeOut(true);
    }

    /**
     * Connects, and opens a folder.
     *
     * @param host name or address; of an IPv6 address without brackets
     * @param port 1 to 65535, mostly 22
     * @param root the folder: {@code /path}; {@code /~/path} below the home folder; empty or {@code /~} for that itself
     * @throws FsException {@code UNAVAILABLE} or {@code TIMEOUT} for an unreachable server; {@code PERMISSION_DENIED} for a
     *     host key that is not known or has changed, and for a key or password that does not open; {@code NOT_FOUND} or
     *     {@code NOT_A_DIRECTORY} for the folder. The message of the cause says in one line what is wrong
     */
    public static SftpStore open(String host, int port, String root, SftpOptions options) throws FsException {
        SftpStore store = openLater(host, port, root, options);
        boolean opened = false;
        try {
            store.connections.probe();
            if (!store.stat(FsPath.ROOT).isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "open", FsPath.ROOT);
            }
            opened = true;
            return store;
        } finally {
            if (!opened) {
                store.close();
            }
        }
    }

    /** As {@link #open}, but connects with the first operation, which fails as long as that cannot be done. */
    public static SftpStore openLater(String host, int port, String root, SftpOptions options) {
        return new SftpStore(host, port, root, options);
    }

    /** The path for the server, raw: it takes a relative one to be below the home folder. */
    private static String rootPath(String root) {
        if (root.isEmpty() || root.equals("/~") || root.equals("/~/")) {
            return ".";
        }
        String path = root.startsWith("/~/") ? root.substring(3) : root;
        if (path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the path holds a NUL");
        }
        return Names.raw(path);
    }

    /** How many names were met so far, in all listings, that are not UTF-8 or that {@link FsPath} refuses. */
    public long unlistableNames() {
        return unlistable.sum();
    }

    /** What the server offers, as far as it is known: before the first connection, what OpenSSH offers. */
    @Override
    public Capabilities capabilities() {
        EnumSet<Capability> all = EnumSet.of(Capability.WRITE, Capability.MODE, Capability.MODIFIED);
        if (options.owners()) {
            all.add(Capability.OWNER);
        }
        Connection connection = connections.latest();
        if (connection == null || connection.hasSymlinks()) {
            all.add(Capability.SYMLINKS);
        }
        if (connection == null || connection.hasSpace()) {
            all.add(Capability.SPACE);
        }
        return new Capabilities(all, Duration.ofSeconds(1));
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        requireOpen("stat", path);
        return connections.run(
                "stat",
                path,
                lease -> Place.find(lease.connection(), path, "stat")
                        .existing(path, "stat")
                        .node(path));
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        requireOpen("list", directory);
        return listings.read(directory, "list", SortedNodes.RUN);
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        requireOpen("walk", directory);
        return new Walk(listings, directory, walkers, WALKERS);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        requireOpen("read", path);
        return connections.run("read", path, Connections.CROWDED, lease -> {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Content content = open(lease, path, attempt + 1 < ATTEMPTS);
                if (content != null) {
                    return content;
                }
            }
            throw new FsException(Kind.BUSY, "read", path);
        });
    }

    /**
     * Opens what is there; {@code null} if it has changed on the way.
     *
     * @param strict whether also a change of the content counts: MINA's server answers for the path when it is asked for
     *     the handle, and so for a file that has come in place of the one that is open; but some files change all the time
     */
    private static @Nullable Content open(Connections.Lease lease, FsPath path, boolean strict) throws IOException {
        Connection connection = lease.connection();
        Place place = Place.find(connection, path, "read");
        Attributes seen = place.existing(path, "read");
        if (seen.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
        }
        if (seen.isSymlink()) {
            String target = connection.readLink(place.at(), seen.size());
            return new SymlinkContent(seen.withSize(target.length()).node(path), target);
        }
        byte[] handle = connection.openToRead(place.at());
        boolean used = false;
        try {
            // Opening follows a symlink that has come between.
            CompletableFuture<Reply> opened = connection.stat(handle);
            CompletableFuture<Reply> again = connection.send(Connection.lstat(place.at()));
            Attributes attributes = connection.await(opened).attributes();
            Attributes now = connection.looked(again);
            if (!attributes.isFile()
                    || (now != null && !now.isFile())
                    || (strict && !attributes.isSameContentAs(seen))) {
                return null;
            }
            used = true;
            lease.keep();
            return new SftpContent(attributes.node(path), lease, handle);
        } finally {
            if (!used) {
                connection.release(handle);
            }
        }
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions how) throws FsException {
        prepare("write", path, how.attributes(), how.preconditions());
        return connections.run(
                "write",
                path,
                Connections.CROWDED,
                lease -> new Upload(
                                lease, leftovers, options, "write", path, how.attributes(), true, how.preconditions())
                        .run(Upload.body(body, "write", path)));
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions how) throws FsException {
        prepare("makeDirectory", path, how.attributes(), how.preconditions());
        return connections.run("makeDirectory", path, lease -> {
            Connection connection = lease.connection();
            Place first = Place.find(connection, path, "makeDirectory");
            Lock stripe = Stripes.of(first.at());
            stripe.lock();
            try {
                Place place = Place.find(connection, path, "makeDirectory");
                Attributes there = place.attributes();
                check(how.preconditions(), place, path, "makeDirectory");
                if (there != null && !there.isDirectory()) {
                    throw new FsException(Kind.NOT_A_DIRECTORY, "makeDirectory", path);
                }
                lease.changing();
                Settings settings = Settings.of(how.attributes(), there == null ? Mode.DIRECTORY_DEFAULT : null, null);
                if (there == null) {
                    connection
                            .call(new Request(Request.MKDIR)
                                    .raw(place.at())
                                    .int32(Attributes.PERMISSIONS)
                                    .int32(0700))
                            .done();
                }
                return set(connection, place, settings, there, path);
            } finally {
                stripe.unlock();
            }
        });
    }

    /** Sets metadata of what is there, and looks at it. */
    private static Node set(
            Connection connection, Place place, Settings settings, @Nullable Attributes current, FsPath path)
            throws IOException {
        Settings all = settings;
        if (settings.owner() != null && settings.mode() == null && current != null) {
            // A new owner takes setuid and setgid away.
            all = new Settings(current.mode(), settings.owner(), settings.modified());
        }
        boolean link = current != null && current.isSymlink();
        if (link) {
            // The permissions of a symlink are what they are.
            all = connection.hasLsetstat()
                    ? new Settings(null, settings.owner(), settings.modified())
                    : new Settings(null, null, null);
        }
        connection.set(place.at(), all, current, link);
        Attributes now = path.isRoot()
                ? connection.call(new Request(Request.STAT).raw(place.at())).attributes()
                : connection.look(place.at());
        if (now == null) {
            throw new FsException(Kind.NOT_FOUND, "stat", path);
        }
        return now.node(path);
    }

    private static void check(Preconditions preconditions, Place place, FsPath path, String operation)
            throws FsException {
        Attributes there = place.node();
        preconditions.check(there == null ? null : there.node(path), operation, path);
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions how) throws FsException {
        prepare("link", path, how.attributes(), how.preconditions());
        String raw = Names.raw(target);
        if (raw.isEmpty() || raw.length() > 4095 || target.indexOf('\0') >= 0 || target.indexOf('\uFFFD') >= 0) {
            throw new FsException(Kind.INVALID_NAME, "link", path);
        }
        return connections.run("link", path, lease -> putLink(lease, "link", path, raw, how, true));
    }

    /** Puts a symlink with a raw target. */
    Node putLink(
            Connections.Lease lease, String operation, FsPath path, String target, WriteOptions how, boolean overwrite)
            throws IOException {
        Connection connection = lease.connection();
        if (!connection.hasSymlinks()) {
            throw new FsException(Kind.UNSUPPORTED, operation, path);
        }
        if (path.isRoot()) {
            throw new FsException(Kind.IS_A_DIRECTORY, operation, path);
        }
        Upload upload = new Upload(
                lease, leftovers, options, operation, path, how.attributes(), overwrite, how.preconditions());
        Place first = Place.find(connection, path, operation);
        Lock stripe = Stripes.of(first.at());
        boolean placed = false;
        String temp = Leftovers.fresh(first);
        stripe.lock();
        try {
            Place place = Place.find(connection, path, operation);
            if (!place.at().equals(first.at())) {
                throw new FsException(Kind.BUSY, operation, path);
            }
            upload.check(place);
            lease.changing();
            // OpenSSH swapped the two arguments of the draft, and everybody followed.
            connection.call(new Request(Request.SYMLINK).raw(target).raw(temp)).done();
            Attributes made = connection.look(temp);
            if (made == null) {
                throw new FsException(Kind.IO, operation, path);
            }
            if (!connection.followsDirectories()
                    && made.size() != target.length()
                    && !connection.readLink(temp, made.size()).equals(target)) {
                // MINA's server tidies targets up.
                throw new FsException(Kind.INVALID_NAME, operation, path);
            }
            Node node = set(connection, new Place(temp, made), Settings.of(how.attributes(), null, null), made, path);
            upload.onto(temp, first.at());
            placed = true;
            return node;
        } finally {
            stripe.unlock();
            if (!placed && lease.isChanging()) {
                leftovers.discard(connection, temp);
            }
            Leftovers.release(temp);
        }
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        prepare("change", path, change, preconditions);
        return connections.run("change", path, lease -> {
            Connection connection = lease.connection();
            Place first = Place.find(connection, path, "change");
            Lock stripe = Stripes.of(first.at());
            stripe.lock();
            try {
                Place place = Place.find(connection, path, "change");
                Attributes there = place.existing(path, "change");
                check(preconditions, place, path, "change");
                lease.changing();
                return set(connection, place, Settings.of(change, null, null), there, path);
            } finally {
                stripe.unlock();
            }
        });
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions how) throws FsException {
        prepare("copy", source, AttributeChange.NONE, how.preconditions());
        return transfers.copy("copy", source, target, how);
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions how) throws FsException {
        prepare("move", source, AttributeChange.NONE, how.preconditions());
        return transfers.move(source, target, how);
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        prepare("remove", path, AttributeChange.NONE, preconditions);
        remove("remove", path, there -> {
            preconditions.check(there, "remove", path);
            if (path.isRoot()) {
                throw new FsException(Kind.PERMISSION_DENIED, "remove", path);
            }
        });
    }

    /** Removes the source of a move that has been copied, if it still is what was seen before. */
    void removeMoved(Node seen) throws FsException {
        remove("move", seen.path(), there -> {
            if (!there.equals(seen)) {
                throw new FsException(Kind.BUSY, "move", seen.path());
            }
        });
    }

    /** What must hold for a node that is to be removed. */
    @FunctionalInterface
    private interface Condition {
        void check(Node there) throws FsException;
    }

    private void remove(String operation, FsPath path, Condition condition) throws FsException {
        connections.run(operation, path, lease -> {
            Connection connection = lease.connection();
            Place first = Place.find(connection, path, operation);
            Lock stripe = Stripes.of(first.at());
            stripe.lock();
            try {
                Place place = Place.find(connection, path, operation);
                Attributes there = place.existing(path, operation);
                condition.check(there.node(path));
                lease.changing();
                if (there.isDirectory()) {
                    new Removal(connection).tree(place.at());
                } else {
                    connection.remove(place.at());
                }
                return there;
            } finally {
                stripe.unlock();
            }
        });
    }

    @Override
    public Space space() throws FsException {
        requireOpen("space", FsPath.ROOT);
        return connections.run("space", FsPath.ROOT, lease -> {
            if (!lease.connection().hasSpace()) {
                throw new FsException(Kind.UNSUPPORTED, "space", FsPath.ROOT);
            }
            return FileSystemSpace.read(lease.connection().space());
        });
    }

    @Override
    public void close() {
        closed = true;
        walkers.shutdownNow();
        connections.close();
    }

    private void prepare(String operation, FsPath path, AttributeChange attributes, Preconditions preconditions)
            throws FsException {
        requireOpen(operation, path);
        attributes.require(capabilities(), operation, path);
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
