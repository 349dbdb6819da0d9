package dev.packhorse.store.vfs.ftp;

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
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** A directory of an FTP server. See the package for what that can keep. */
public final class FtpStore implements Store {

    /** What {@code MFMT} takes. */
    private static final Duration PRECISION = Duration.ofSeconds(1);

    /** A server that was not there is not asked again sooner, when only the capabilities are wanted. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Capabilities LEAST = new Capabilities(Set.of(Capability.WRITE), PRECISION);

    private final Connections connections;
    private final Stripes stripes = new Stripes();
    private final Reading reading;
    private final Writing writing;
    private final Moving moving;
    private final Walking walking;
    private final AtomicLong askAgain = new AtomicLong(System.nanoTime());
    private volatile @Nullable Capabilities capabilities;

    private FtpStore(Server server) {
        this.connections = new Connections(server);
        this.reading = new Reading(connections, stripes);
        this.writing = new Writing(stripes);
        this.moving = new Moving(connections, reading, writing, stripes);
        this.walking = new Walking(this::listKnown, Math.min(6, server.options().connections() - 1));
    }

    /**
     * Connects, logs in and looks at the root.
     *
     * @param host name or address
     * @param port of the control connection: 21, or 990 for {@link FtpOptions.Tls#IMPLICIT}, by custom
     * @param root the directory that becomes the root of the store
     * @throws FsException {@code PERMISSION_DENIED} if the login is refused, {@code NOT_FOUND} or {@code NOT_A_DIRECTORY} for
     *     the root, {@code UNAVAILABLE} or {@code TIMEOUT} if the server cannot be reached, {@code IO} if the file of
     *     certificates cannot be read. The cause says more in one line, without the password
     */
    public static FtpStore open(String host, int port, FsPath root, FtpOptions options) throws FsException {
        FtpStore store = lazily(host, port, root, options);
        boolean opened = false;
        try (Connections.Lease lease = store.connections.lease()) {
            Entry entry = lease.repeat(connection -> Lookup.require(connection, FsPath.ROOT, "open"));
            if (!entry.isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "open", root);
            }
            opened = true;
            return store;
        } catch (IOException e) {
            throw FtpErrors.of(e, "open", root);
        } finally {
            if (!opened) {
                store.close();
            }
        }
    }

    /**
     * As {@link #open}, but connects when first needed, so that the server may be down. Until it has been reached the
     * capabilities are the least that any server has.
     *
     * @throws FsException {@code IO} if the file of certificates cannot be read
     */
    public static FtpStore lazily(String host, int port, FsPath root, FtpOptions options) throws FsException {
        try {
            Trust trust = options.tls() == FtpOptions.Tls.NONE ? null : Trust.of(options.certificates());
            return new FtpStore(new Server(host, port, root, options, trust));
        } catch (IOException e) {
            throw new FsException(Kind.IO, "open", root, e);
        }
    }

    @Override
    public Capabilities capabilities() {
        Features features = connections.features();
        if (features == null && capabilities == null) {
            long now = System.nanoTime();
            long due = askAgain.get();
            if (now - due >= 0 && askAgain.compareAndSet(due, now + PATIENCE.toNanos())) {
                try (Connections.Lease lease = connections.lease()) {
                    features = lease.repeat(Connection::features);
                } catch (IOException e) {
                    return LEAST;
                }
            }
        }
        Capabilities known = capabilities;
        if (features != null) {
            known = of(features);
            capabilities = known;
        }
        return known == null ? LEAST : known;
    }

    private static Capabilities of(Features features) {
        EnumSet<Capability> all = EnumSet.of(Capability.WRITE);
        if (features.setsModes()) {
            all.add(Capability.MODE);
        }
        if (features.setsTimes()) {
            all.add(Capability.MODIFIED);
        }
        if (features.tellsSpace()) {
            all.add(Capability.SPACE);
        }
        return new Capabilities(all, PRECISION);
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        Names.check("stat", path);
        try (Connections.Lease lease = connections.lease()) {
            Node node = stripes.require(lease, path, "stat").node(path);
            if (!isShown(node)) {
                throw new FsException(Kind.NOT_FOUND, "stat", path);
            }
            return node;
        } catch (IOException e) {
            throw FtpErrors.of(e, "stat", path);
        }
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        Names.check("list", directory);
        try (Connections.Lease lease = connections.lease()) {
            Lock lock = stripes.listing();
            lock.lock();
            try {
                return lease.repeat(connection -> {
                    if (!Lookup.require(connection, directory, "list").isDirectory()) {
                        throw new FsException(Kind.NOT_A_DIRECTORY, "list", directory);
                    }
                    return Lister.sorted(connection, directory, "list", FtpStore::isShown, Lister.MANY);
                });
            } finally {
                lock.unlock();
            }
        } catch (IOException e) {
            throw FtpErrors.of(e, "list", directory);
        }
    }

    /** A directory that was seen to be one a moment ago. */
    private Listing listKnown(FsPath directory) throws FsException {
        try (Connections.Lease lease = connections.lease()) {
            Lock lock = stripes.listing();
            lock.lock();
            try {
                return lease.repeat(connection -> {
                    try {
                        return Lister.sorted(connection, directory, "walk", FtpStore::isShown, Lister.FEW);
                    } catch (RefusedException e) {
                        Lookup.require(connection, directory, "walk");
                        throw e;
                    }
                });
            } finally {
                lock.unlock();
            }
        } catch (IOException e) {
            throw FtpErrors.of(e, "walk", directory);
        }
    }

    /** Names of our own are not shown, nor are symlinks that could not be read. */
    private static boolean isShown(Node node) {
        return !(node.isSymlink() && node.size() == 0)
                && !Names.isReserved(node.path().name());
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return walking.walk(this, directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        Names.check("read", path);
        try {
            return reading.open(path);
        } catch (IOException e) {
            throw FtpErrors.of(e, "read", path);
        }
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        prepare("write", path, options.attributes(), options.preconditions());
        if (path.isRoot()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "write", path);
        }
        try (Connections.Lease lease = connections.lease()) {
            return writing.write(lease, path, body, options);
        } catch (IOException e) {
            throw FtpErrors.of(e, "write", path);
        }
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        prepare("makeDirectory", path, options.attributes(), options.preconditions());
        try (Connections.Lease lease = connections.lease()) {
            Lock lock = stripes.changing(path);
            lock.lock();
            try {
                if (options.preconditions().needNode()) {
                    Entry there = lease.look(connection -> Lookup.find(connection, path, "makeDirectory"));
                    options.preconditions().check(there == null ? null : there.node(path), "makeDirectory", path);
                }
                boolean made = lease.repeat(connection -> Moving.make(connection, path, "makeDirectory"));
                AttributeChange given = options.attributes();
                Mode mode = given.mode() == null && made ? Mode.DIRECTORY_DEFAULT : given.mode();
                return lease.once(connection -> {
                    try {
                        Writing.apply(connection, path, given, mode);
                    } catch (RefusedException e) {
                        if (made) {
                            connection.send("RMD", connection.at(path));
                        }
                        throw e;
                    }
                    return Lookup.require(connection, path, "makeDirectory").node(path);
                });
            } finally {
                lock.unlock();
            }
        } catch (IOException e) {
            throw FtpErrors.of(e, "makeDirectory", path);
        }
    }

    /** {@code UNSUPPORTED}: FTP has no command for it. */
    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        requireOpen("link", path);
        throw new FsException(Kind.UNSUPPORTED, "link", path);
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        prepare("change", path, change, preconditions);
        try (Connections.Lease lease = connections.lease()) {
            Lock lock = stripes.changing(path);
            lock.lock();
            try {
                Entry entry = lease.repeat(connection -> Lookup.require(connection, path, "change"));
                if (preconditions.needNode()) {
                    preconditions.check(entry.node(path), "change", path);
                }
                if (change.isEmpty() || entry.type() == NodeType.SYMLINK) {
                    // MFMT and CHMOD would follow it.
                    return entry.node(path);
                }
                return lease.repeat(connection -> {
                    Writing.apply(connection, path, change, change.mode());
                    return Lookup.require(connection, path, "change").node(path);
                });
            } finally {
                lock.unlock();
            }
        } catch (IOException e) {
            throw FtpErrors.of(e, "change", path);
        }
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        prepare("copy", source, AttributeChange.NONE, options.preconditions());
        Names.check("copy", target);
        try {
            return moving.copy(source, target, options);
        } catch (IOException e) {
            throw FtpErrors.of(e, "copy", source);
        }
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        prepare("move", source, AttributeChange.NONE, options.preconditions());
        Names.check("move", target);
        try {
            return moving.move(source, target, options);
        } catch (IOException e) {
            throw FtpErrors.of(e, "move", source);
        }
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        prepare("remove", path, AttributeChange.NONE, preconditions);
        try {
            moving.remove(path, preconditions);
        } catch (IOException e) {
            throw FtpErrors.of(e, "remove", path);
        }
    }

    /** What {@code AVBL} says is free; the whole is not told, and taken to be as much. */
    @Override
    public Space space() throws FsException {
        requireOpen("space", FsPath.ROOT);
        capabilities().require(Capability.SPACE, "space", FsPath.ROOT);
        try (Connections.Lease lease = connections.lease()) {
            Reply reply = lease.repeat(connection -> connection.run("AVBL", connection.at(FsPath.ROOT)));
            long free = Facts.trailingNumber(reply.text());
            return new Space(free, free);
        } catch (IOException e) {
            throw FtpErrors.of(e, "space", FsPath.ROOT);
        }
    }

    @Override
    public void close() {
        connections.close();
        walking.close();
    }

    /** How many connections are open, for tests. */
    int openConnections() {
        return connections.open();
    }

    private void prepare(String operation, FsPath path, AttributeChange change, Preconditions preconditions)
            throws FsException {
        requireOpen(operation, path);
        Names.check(operation, path);
        if (!change.isEmpty()) {
            change.require(capabilities(), operation, path);
        }
        if (preconditions.changeTimestamp() != null) {
            throw new FsException(Kind.UNSUPPORTED, operation, path);
        }
    }

    private void requireOpen(String operation, FsPath path) throws FsException {
        if (connections.isClosed()) {
            throw new FsException(Kind.UNAVAILABLE, operation, path);
        }
    }
}
