package dev.packhorse.store.replay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.wire.replay.ReplayQuery;
import dev.packhorse.wire.replay.ReplayStatus;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The temporary files of replacements: names them, puts them in their place, and ends what a crash or a lost connection has left of
 * them.
 *
 * <p>A temporary <em>file</em> is one on its way to the device; left, it is removed. A temporary <em>directory</em> holds, under its own
 * name, a file that another is taking the place of; left, that file goes back if its place is empty, else it is removed. So whatever
 * happens one whole copy is there, and what was never acknowledged does not appear later.
 *
 * <p>What is left is ours if its name says so and nothing in this process uses it. It may be another process's, which may still
 * be at it: that is touched when it was made a day ago, and has not changed in an hour that this process has looked. The worst of
 * a mistake is that the other's upload fails.
 *
 * <p>A directory is looked through when the store is opened, for the directories at its top; when it is listed; before
 * something in it is said to be missing; and before something in it is removed or moved, since else what was put aside for it would come
 * back.
 */
final class Leftovers {

    private static final Logger LOG = System.getLogger(Leftovers.class.getName());

    /** Longer than anything takes that a device is sent. */
    private static final Duration AGE = Duration.ofDays(1);

    /** How long another's must not have changed, should one of the clocks be wrong. */
    private static final Duration WATCHED = Duration.ofHours(1);

    /** The temporary names that this process uses, for whatever device it takes them to be on. */
    private static final Set<String> IN_USE = ConcurrentHashMap.newKeySet();

    private final Wire wire;
    private final Device device;
    private final Tree tree;
    private final String owner;
    private final InstantSource clock;

    Leftovers(Wire wire, Device device, Tree tree, String owner, InstantSource clock) {
        this.wire = wire;
        this.device = device;
        this.tree = tree;
        this.owner = owner;
        this.clock = clock;
    }

    // What is on its way

    /** A temporary path beside another one; until {@link #discard} or {@link #placed} it is in use. */
    FsPath fresh(FsPath at) throws FsException {
        FsPath fresh = Names.beside(at, owner, clock.instant());
        IN_USE.add(fresh.name());
        return fresh;
    }

    /** A temporary path has got its name, or never was there. */
    void placed(FsPath temporary) {
        IN_USE.remove(temporary.name());
    }

    /** Gives up a temporary file, or a directory that it has emptied before. What cannot be removed now is found later. */
    void discard(FsPath temporary, FsPath... content) {
        try {
            for (FsPath each : content) {
                removed(each);
            }
            removed(temporary);
        } catch (IOException e) {
            // It stays, hidden; what led here is what counts.
            device.swept.remove(Objects.requireNonNull(temporary.parent()));
            LOG.log(
                    Level.DEBUG,
                    "a temporary file could not be removed path=" + temporary + " reason=" + e.getMessage());
        } finally {
            IN_USE.remove(temporary.name());
        }
    }

    /**
     * Gives a file the name of another file, both places being locked. That one is put aside meanwhile.
     *
     * @throws StatusException if the device refuses; then both are where they were
     * @throws UnknownOutcomeException if nobody knows whether it has; then {@code to} is the one or the other, whole, when it is looked
     *     for
     */
    void replace(FsPath from, FsPath to) throws IOException {
        FsPath aside = fresh(to);
        FsPath old = aside.child(to.name());
        boolean ended = false;
        try {
            makeDirectory(aside);
            rename(to, old);
            try {
                rename(from, to);
            } catch (StatusException e) {
                rename(old, to);
                ended = true;
                discard(aside);
                throw e;
            }
            ended = true;
            discard(aside, old);
        } finally {
            placed(aside);
            if (!ended) {
                device.swept.remove(Objects.requireNonNull(to.parent()));
            }
        }
    }

    /** Makes a directory; that it is there already is no failure, as a device may count what it has just done. */
    void makeDirectory(FsPath at) throws IOException {
        try {
            wire.change(Command.MKDIR, ReplayQuery.of("name", at.toString()));
        } catch (StatusException e) {
            if (!e.is(ReplayStatus.FILE_EXISTS)) {
                throw e;
            }
        } finally {
            device.changed(at, /* isDirectory= */ true);
        }
    }

    /** Gives a file or directory another name, where nothing is. */
    void rename(FsPath from, FsPath to) throws IOException {
        try {
            wire.change(Command.MV, ReplayQuery.of("old", from.toString()).with("new", to.toString()));
        } finally {
            device.changed(from, /* isDirectory= */ false);
            device.changed(to, /* isDirectory= */ false);
        }
    }

    /** Removes a file, or an empty directory. */
    void remove(FsPath at) throws IOException {
        try {
            wire.change(Command.RM, ReplayQuery.of("name", at.toString()));
        } finally {
            device.changed(at, /* isDirectory= */ false);
        }
    }

    /** As {@link #remove}; gone already is what is wanted. */
    void removed(FsPath at) throws IOException {
        try {
            remove(at);
        } catch (StatusException e) {
            if (!ReplayErrors.isMissing(e)) {
                throw e;
            }
        }
    }

    // What was left

    /**
     * Looks through a directory that was not looked through before.
     *
     * @return whether something was changed there
     */
    boolean sweepOnce(FsPath directory) throws IOException {
        if (device.swept.contains(directory) || !tree.exports().isWritable(directory)) {
            return false;
        }
        return sweep(directory, Exports.names(wire, directory));
    }

    /**
     * Looks through the names in a directory.
     *
     * @return whether something was changed there
     */
    boolean sweep(FsPath directory, List<String> names) throws IOException {
        if (!tree.exports().isWritable(directory)) {
            return false;
        }
        device.swept.add(directory);
        boolean changed = false;
        for (String name : names) {
            Names.Temporary temporary = FsPath.isName(name) ? Names.temporary(name) : null;
            if (temporary != null && !IN_USE.contains(name)) {
                boolean settled = settle(directory.child(name), temporary);
                changed |= settled;
                if (!settled) {
                    device.swept.remove(directory);
                }
            }
        }
        return changed;
    }

    /** Ends one; returns whether it is gone. */
    private boolean settle(FsPath leftover, Names.Temporary temporary) throws IOException {
        boolean ours = temporary.owner().equals(owner);
        if (!ours && clock.instant().isBefore(temporary.made().plus(AGE))) {
            return false;
        }
        try {
            Stat stat = tree.ask(leftover);
            if (stat == null) {
                return true;
            }
            if (!ours && !device.watch.isUnchanged(leftover, stat, clock.instant(), WATCHED)) {
                return false;
            }
            boolean gone = stat.isDirectory() ? emptied(leftover) : ended(leftover, stat, temporary.former());
            if (gone) {
                LOG.log(Level.INFO, "an interrupted replacement has been ended path=" + leftover);
            }
            return gone;
        } catch (StatusException e) {
            LOG.log(
                    Level.WARNING,
                    "what an interrupted replacement has left stays path=" + leftover + " answer=" + e.getMessage());
            return false;
        }
    }

    private boolean ended(FsPath leftover, Stat stat, Names.@Nullable Former former) throws IOException {
        if (former == null) {
            removed(leftover);
        } else {
            putBack(leftover, beside(leftover, former.name()), stat.size() == former.size());
        }
        return true;
    }

    /** What is in the directory goes back, and then it is removed: never before, as a device may remove what is in it too. */
    private boolean emptied(FsPath leftover) throws IOException {
        for (String name : Exports.names(wire, leftover)) {
            if (FsPath.isName(name) && Names.isSayable(name)) {
                putBack(leftover.child(name), beside(leftover, name), /* whole= */ true);
            }
        }
        boolean empty = Exports.names(wire, leftover).isEmpty();
        if (empty) {
            removed(leftover);
        }
        return empty;
    }

    private static FsPath beside(FsPath at, String name) throws FsException {
        return Objects.requireNonNull(at.parent()).child(name);
    }

    /** Gives a file its name if nothing has it, else removes it. */
    private void putBack(FsPath from, FsPath at, boolean whole) throws IOException {
        try (Stripes.Hold hold = device.locks.changing(at)) {
            Objects.requireNonNull(hold);
            if (whole && tree.ask(at) == null) {
                rename(from, at);
            } else {
                removed(from);
            }
        } catch (StatusException e) {
            if (!ReplayErrors.isMissing(e)) {
                throw e;
            }
        }
    }

    /** Looks through what is at the top of the store. */
    void sweepTop() throws IOException {
        if (!tree.root().isRoot()) {
            sweepOnce(tree.root());
            return;
        }
        for (String export : tree.exports().writable().keySet()) {
            try {
                sweepOnce(FsPath.ROOT.child(export));
            } catch (FsException e) {
                if (e.kind() != Kind.NOT_FOUND) {
                    throw e;
                }
            }
        }
    }
}
