package dev.packhorse.store.replay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.wire.replay.ReplayQuery;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;

/**
 * Ends what a crash, or a lost connection, has left in the middle of a replacement.
 *
 * <p>A file with a name of ours that nobody in this process is writing: if its place is empty and it is whole it gets its name, else
 * it is removed. A directory is looked through when the store is opened, for the directories at its top; when it is listed; and before
 * something in it is said to be missing.
 */
final class Leftovers {

    private static final Logger LOG = System.getLogger(Leftovers.class.getName());

    private final Wire wire;
    private final Device device;
    private final Tree tree;

    Leftovers(Wire wire, Device device, Tree tree) {
        this.wire = wire;
        this.device = device;
        this.tree = tree;
    }

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
            if (temporary != null && !device.uploads.contains(directory.child(name))) {
                settle(directory.child(name), directory.child(temporary.name()), temporary.size());
                changed = true;
            }
        }
        return changed;
    }

    private void settle(FsPath leftover, FsPath at, long size) throws IOException {
        try (Stripes.Hold hold = device.locks.changing(at)) {
            Objects.requireNonNull(hold);
            Stat stat = tree.ask(leftover);
            if (stat == null || device.uploads.contains(leftover)) {
                return;
            }
            boolean finish = tree.ask(at) == null && !stat.isDirectory() && stat.size() == size;
            if (finish) {
                rename(leftover, at);
            } else {
                remove(leftover);
            }
            LOG.log(
                    Level.INFO,
                    finish
                            ? "an interrupted replacement has been finished path=" + at
                            : "an interrupted replacement has been undone path=" + at);
        } catch (StatusException e) {
            LOG.log(
                    Level.WARNING,
                    "what an interrupted replacement has left stays path=" + at + " answer=" + e.getMessage());
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

    /**
     * Gives up a temporary file. What cannot be removed now is found later.
     *
     * @param mayFinish whether the file that it replaces may be gone, so that it must stay
     */
    void discard(FsPath temporary, boolean mayFinish) {
        device.uploads.remove(temporary);
        device.swept.remove(Objects.requireNonNull(temporary.parent()));
        if (mayFinish) {
            return;
        }
        try {
            remove(temporary);
        } catch (IOException e) {
            // It stays, hidden; the failure that led here is what counts.
            LOG.log(
                    Level.DEBUG,
                    "a temporary file could not be removed path=" + temporary + " reason=" + e.getMessage());
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
