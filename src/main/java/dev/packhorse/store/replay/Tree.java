package dev.packhorse.store.replay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Space;
import dev.packhorse.wire.replay.ReplayQuery;
import dev.packhorse.wire.replay.ReplayStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The store's tree as a part of the device's: where a path is, what is there, and what node that makes.
 *
 * <p>In this package {@code path} is a path of the store, and {@code at} one of the device.
 */
final class Tree {

    /** The ring buffer of live television (INTEROP section 1). */
    private static final FsPath CIRCULAR = constant("/Video/circular.mpg");

    private final Wire wire;
    private final Device device;
    private final ReplayOptions options;
    private final FsPath root;
    private final Exports exports;
    private final Leftovers leftovers;
    private final Instant started = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    Tree(Wire wire, Device device, ReplayOptions options, String owner, FsPath root) {
        this.wire = wire;
        this.device = device;
        this.options = options;
        this.root = root;
        this.exports = new Exports(wire, options, root);
        this.leftovers = new Leftovers(wire, device, this, owner, options.clock());
    }

    private static FsPath constant(String text) {
        try {
            return FsPath.parse(text);
        } catch (FsException e) {
            throw new IllegalStateException(e);
        }
    }

    Device device() {
        return device;
    }

    Wire wire() {
        return wire;
    }

    Exports exports() {
        return exports;
    }

    Leftovers leftovers() {
        return leftovers;
    }

    FsPath root() {
        return root;
    }

    FsPath at(FsPath path) {
        return path.under(root);
    }

    /** Whether a name of the device is not shown. */
    boolean isHidden(FsPath at) {
        return at.equals(CIRCULAR) && !options.showCircular();
    }

    /**
     * The room of an export, in bytes, the ring buffer counted as free.
     *
     * @return {@code null} for an export that has no volume, or tells one of nothing, as an emulated device does whose store cannot tell
     */
    @Nullable
    Space room(FsPath export) throws IOException {
        try {
            Space space = Exports.volume(wire, export);
            if (space.total() == 0) {
                return null;
            }
            return new Space(space.total(), Math.min(space.total(), space.free() + circular(export)));
        } catch (StatusException e) {
            if (e.is(ReplayStatus.NO_PERMISSION)) {
                throw e;
            }
            return null;
        }
    }

    /** How much of an export the ring buffer takes, which the device counts as used. */
    private long circular(FsPath export) throws IOException {
        if (!CIRCULAR.isBelow(export)) {
            return 0;
        }
        Stat stat = ask(CIRCULAR);
        return stat == null ? 0 : stat.size();
    }

    /**
     * Refuses to change what is in no export that may be changed, without asking the device.
     *
     * @throws FsException {@code PERMISSION_DENIED}
     */
    void requireWritable(String operation, FsPath path) throws IOException {
        if (!exports.isWritable(at(path))) {
            throw new FsException(Kind.PERMISSION_DENIED, operation, path);
        }
    }

    /**
     * What is at a path; {@code null} if nothing is, but its parent is a directory. May be what was known a short time ago. A
     * replacement that a crash has interrupted is finished first. Not to be called with a lock held.
     *
     * @throws FsException {@code NOT_FOUND} or {@code NOT_A_DIRECTORY} for the parent
     */
    @Nullable
    Stat find(String operation, FsPath path) throws IOException {
        return find(operation, path, options.statCache());
    }

    /** As {@link #find(String, FsPath)}, by asking the device. */
    @Nullable
    Stat findNow(String operation, FsPath path) throws IOException {
        return find(operation, path, Duration.ZERO);
    }

    /** As {@link #find(String, FsPath)}; there is something. */
    Stat require(String operation, FsPath path) throws IOException {
        return require(operation, path, find(operation, path));
    }

    /** As {@link #findNow}; there is something. */
    Stat requireNow(String operation, FsPath path) throws IOException {
        return require(operation, path, findNow(operation, path));
    }

    private static Stat require(String operation, FsPath path, @Nullable Stat stat) throws FsException {
        if (stat == null) {
            throw new FsException(Kind.NOT_FOUND, operation, path);
        }
        return stat;
    }

    private @Nullable Stat find(String operation, FsPath path, Duration age) throws IOException {
        FsPath at = at(path);
        Stat found = look(at, age);
        FsPath parent = path.parent();
        if (found != null || parent == null) {
            return found;
        }
        Stat above = find(operation, parent, options.statCache());
        if (above == null) {
            throw new FsException(Kind.NOT_FOUND, operation, path);
        }
        if (!above.isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, operation, path);
        }
        return leftovers.sweepOnce(at(parent)) ? look(at, age) : null;
    }

    private @Nullable Stat look(FsPath at, Duration age) throws IOException {
        try (Stripes.Hold hold = device.locks.looking(at)) {
            Objects.requireNonNull(hold);
            return held(at, age);
        }
    }

    /**
     * What is at a place, for those who hold its lock; {@code null} if nothing is, parent or not.
     *
     * @param fresh by asking the device
     */
    @Nullable
    Stat held(FsPath at, boolean fresh) throws IOException {
        return held(at, fresh ? Duration.ZERO : options.statCache());
    }

    private @Nullable Stat held(FsPath at, Duration age) throws IOException {
        if (at.isRoot()) {
            exports.requireAnswer(age);
            return Stat.DIRECTORY;
        }
        if (!exports.writable().containsKey(Exports.export(at)) || isHidden(at)) {
            return null;
        }
        if (Objects.requireNonNull(at.parent()).isRoot()) {
            exports.requireAnswer(age);
            return Stat.DIRECTORY;
        }
        Stat known = device.stats.known(at, age);
        return known == null ? ask(at) : known;
    }

    /** What is at a place of which the parent is known to be there, perhaps from memory. */
    @Nullable
    Stat child(FsPath at) throws IOException {
        return look(at, options.statCache());
    }

    /** What was known a short time ago about such a place; {@code null} if nothing was. */
    @Nullable
    Stat remembered(FsPath at) throws IOException {
        return Objects.requireNonNull(at.parent()).isRoot() ? child(at) : device.stats.known(at, options.statCache());
    }

    /** Asks the device; for those who hold the lock, or need none. */
    @Nullable
    Stat ask(FsPath at) throws IOException {
        long epoch = device.stats.epoch();
        try (Answer answer = wire.ask(Command.FSTAT, ReplayQuery.of("name", at.toString()))) {
            Stat stat = Stat.read(answer);
            device.stats.put(at, stat, epoch);
            return stat;
        } catch (StatusException e) {
            if (ReplayErrors.isMissing(e)) {
                return null;
            }
            throw e;
        }
    }

    /**
     * The names that a device has in a directory, ours among them.
     *
     * @throws FsException {@code NOT_FOUND} or {@code NOT_A_DIRECTORY} if it is no directory any more
     */
    List<String> names(String operation, FsPath path) throws IOException {
        FsPath at = at(path);
        List<String> names = Exports.names(wire, at);
        if (exports.isListOfExports(names) && !requireNow(operation, path).isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, operation, path);
        }
        return names;
    }

    Node node(FsPath path, Stat stat) throws IOException {
        FsPath at = at(path);
        boolean writable = stat.maybeWritable() && exports.isWritable(at);
        if (stat.isDirectory()) {
            Instant newest = device.stats.newest(at);
            return new Node(
                    path,
                    NodeType.DIRECTORY,
                    new Mode(writable ? 0755 : 0555),
                    0,
                    newest == null ? started : newest,
                    Owner.ROOT,
                    null,
                    null,
                    null);
        }
        return new Node(
                path,
                NodeType.FILE,
                new Mode(writable ? 0644 : 0444),
                stat.size(),
                Instant.ofEpochMilli(stat.ctime()),
                Owner.ROOT,
                stat.isDated() ? stat.etag() : null,
                null,
                null);
    }
}
