package dev.packhorse.store.replay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A ReplayTV 4000, or a folder of one. See the package for what that can keep. */
public final class ReplayStore implements Store {

    /** Devices have 3 s for their answers. */
    private static final Duration SEARCH = Duration.ofMillis(3500);

    private static final Duration PRECISION = Duration.ofMillis(1);

    private final Capabilities capabilities;
    private final Whereabouts where;
    private final FsPath root;
    private final ReplayOptions options;
    private final String owner;
    private @Nullable Session session;
    private volatile boolean closed;

    private ReplayStore(Whereabouts where, FsPath root, ReplayOptions options) throws FsException {
        this.capabilities = new Capabilities(
                Set.of(Capability.WRITE, Capability.ETAGS, Capability.SPACE), PRECISION, options.statCache());
        this.where = where;
        this.root = root;
        this.options = options;
        this.owner = Names.owner(options.process(), where.key());
        Names.check("open", root, owner);
    }

    /**
     * Asks the device what it exports, looks at the root, and ends what a crash has interrupted there.
     *
     * @param host name or address
     * @param port 80 by custom
     * @param root what becomes the root of the store: {@code /} for all exports, an export, or a folder in one
     * @throws FsException {@code UNAVAILABLE} or {@code TIMEOUT} if the device cannot be reached; {@code PERMISSION_DENIED} if it
     *     refuses the query, as for clocks that differ; {@code NOT_FOUND} or {@code NOT_A_DIRECTORY} for the root. The cause says
     *     more in one line
     */
    public static ReplayStore open(String host, int port, FsPath root, ReplayOptions options) throws FsException {
        return opened(lazily(host, port, root, options), root);
    }

    private static ReplayStore opened(ReplayStore store, FsPath root) throws FsException {
        boolean opened = false;
        try {
            Tree tree = store.session().tree;
            if (!tree.require("open", FsPath.ROOT).isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "open", root);
            }
            if (tree.exports().writable().isEmpty()) {
                throw new FsException(Kind.NOT_FOUND, "open", root, new IOException("the device exports nothing"));
            }
            volumes(tree);
            tree.leftovers().sweepTop();
            opened = true;
            return store;
        } catch (IOException e) {
            throw ReplayErrors.of(e, "open", root);
        } finally {
            if (!opened) {
                store.close();
            }
        }
    }

    /**
     * As {@link #open}, but asks when first needed, so that the device may be off.
     *
     * @throws FsException {@code INVALID_NAME} for a root that no device can have
     */
    public static ReplayStore lazily(String host, int port, FsPath root, ReplayOptions options) throws FsException {
        return new ReplayStore(new Host(host, port), root, options);
    }

    /**
     * As {@link #open}, but the device is searched for by its name. If it is not there, or moves, it is searched for again when needed.
     *
     * @param name what its owner calls it
     */
    public static ReplayStore openNamed(String name, FsPath root, ReplayOptions options) throws FsException {
        return opened(namedLazily(name, root, options), root);
    }

    /** As {@link #openNamed}, but searches when first needed. */
    public static ReplayStore namedLazily(String name, FsPath root, ReplayOptions options) throws FsException {
        Wanted.Search search = () -> Discovery.everywhere().search(SEARCH);
        return new ReplayStore(new Wanted(name, search, System::nanoTime), root, options);
    }

    /** The serial number that the device says it has. */
    String serial() throws IOException {
        return session().wire.described().serial();
    }

    /** Requests to the device that are no commands. */
    PlainRequest plain() {
        return target -> session().wire.plain(target);
    }

    /** What works where the device is now. */
    private Session session() throws IOException {
        requireOpen();
        Whereabouts.Endpoint at = where.find();
        synchronized (this) {
            requireOpen();
            Session known = session;
            if (known != null && known.at.equals(at)) {
                return known;
            }
            if (known != null) {
                known.close();
            }
            Session fresh = new Session(where, at, root, options, owner);
            session = fresh;
            return fresh;
        }
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new LostException("the store is closed");
        }
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        return run("stat", path, device -> device.tree.node(path, device.tree.require("stat", path)));
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        return run("list", directory, device -> device.lister.list("list", directory));
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return Trees.walk(this, directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        return run("read", path, device -> device.reading.open(path));
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        requireKept("write", path, options.attributes(), options.preconditions());
        return run("write", path, device -> {
            if (isDirectoryAnyway(device.tree, path)) {
                throw new FsException(Kind.IS_A_DIRECTORY, "write", path);
            }
            device.tree.requireWritable("write", path);
            return device.writing.write(path, body, options.preconditions());
        });
    }

    /** The root and the exports, which are there whether they may be changed or not. */
    private static boolean isDirectoryAnyway(Tree tree, FsPath path) throws IOException {
        return path.isRoot()
                || (tree.root().isRoot()
                        && tree.exports().writable().containsKey(path.toString().substring(1)));
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        requireKept("makeDirectory", path, options.attributes(), options.preconditions());
        return run("makeDirectory", path, device -> {
            if (!isDirectoryAnyway(device.tree, path)) {
                device.tree.requireWritable("makeDirectory", path);
            }
            return device.moving.make("makeDirectory", path, options.preconditions());
        });
    }

    /** {@code UNSUPPORTED}: a device has none. */
    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        return run("link", path, device -> {
            throw new FsException(Kind.UNSUPPORTED, "link", path);
        });
    }

    /** {@code UNSUPPORTED} for any attribute: a device keeps none that could be set. */
    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        requireKept("change", path, change, preconditions);
        return run("change", path, device -> {
            Node node = device.tree.node(path, device.tree.requireNow("change", path));
            preconditions.check(node, "change", path);
            return node;
        });
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        requireKept("copy", source, AttributeChange.NONE, options.preconditions());
        return run("copy", source, device -> {
            Names.check("copy", target, owner);
            return device.moving.copy(source, target, options);
        });
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        requireKept("move", source, AttributeChange.NONE, options.preconditions());
        return run("move", source, device -> {
            Names.check("move", target, owner);
            return device.moving.move(source, target, options);
        });
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        requireKept("remove", path, AttributeChange.NONE, preconditions);
        run("remove", path, device -> {
            if (isDirectoryAnyway(device.tree, path)) {
                throw new FsException(Kind.PERMISSION_DENIED, "remove", path);
            }
            device.tree.requireWritable("remove", path);
            device.moving.remove(path, preconditions);
            return path;
        });
    }

    /** Of all exports together, where the root shows all; two that tell the same room are taken to share it. */
    @Override
    public Space space() throws FsException {
        return run("space", FsPath.ROOT, device -> volumes(device.tree));
    }

    private static Space volumes(Tree tree) throws IOException {
        Set<Space> volumes = new LinkedHashSet<>();
        Set<String> exports =
                tree.root().isRoot() ? tree.exports().writable().keySet() : Set.of(Exports.export(tree.root()));
        for (String name : exports) {
            Space space = tree.room(FsPath.ROOT.child(name));
            if (space != null) {
                volumes.add(space);
            }
        }
        long total = 0;
        long free = 0;
        for (Space space : volumes) {
            total += space.total();
            free += space.free();
        }
        return new Space(total, free);
    }

    @Override
    public void close() throws FsException {
        Session last;
        synchronized (this) {
            closed = true;
            last = session;
            session = null;
        }
        if (last != null) {
            try {
                last.close();
            } catch (IOException e) {
                throw ReplayErrors.of(e, "close", FsPath.ROOT);
            }
        }
    }

    private interface Operation<T> {
        T run(Session device) throws IOException;
    }

    private <T> T run(String operation, FsPath path, Operation<T> what) throws FsException {
        Names.check(operation, path, owner);
        try {
            return what.run(session());
        } catch (IOException e) {
            throw ReplayErrors.of(e, operation, path);
        }
    }

    private void requireKept(String operation, FsPath path, AttributeChange change, Preconditions preconditions)
            throws FsException {
        change.require(capabilities, operation, path);
        if (preconditions.changeTimestamp() != null) {
            throw new FsException(Kind.UNSUPPORTED, operation, path);
        }
    }
}
