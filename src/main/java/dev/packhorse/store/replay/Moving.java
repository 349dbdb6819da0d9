package dev.packhorse.store.replay;

import dev.packhorse.fs.Content;
import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes directories, moves, copies and removes.
 *
 * <p>Within an export {@code mv} moves and {@code cp} copies files; directories are copied by walking, and removed children first,
 * because what {@code rm} does to a directory that is not empty is not known. Nor is what {@code mv} does between exports: there a
 * file is copied through this process, and then the source is removed.
 */
final class Moving {

    private final Tree tree;
    private final Device device;
    private final Lister lister;
    private final Reading reading;
    private final Writing writing;

    Moving(Tree tree, Lister lister, Reading reading, Writing writing) {
        this.tree = tree;
        this.device = tree.device();
        this.lister = lister;
        this.reading = reading;
        this.writing = writing;
    }

    /**
     * Makes a directory unless it is there.
     *
     * @throws FsException {@code NOT_A_DIRECTORY} if a file is
     */
    Node make(String operation, FsPath path, Preconditions preconditions) throws IOException {
        tree.find(operation, path);
        FsPath at = tree.at(path);
        try (Stripes.Hold hold = device.locks.changing(at)) {
            Objects.requireNonNull(hold);
            Stat now = tree.held(at, /* fresh= */ true);
            preconditions.check(now == null ? null : tree.node(path, now), operation, path);
            if (now == null) {
                tree.leftovers().makeDirectory(at);
                now = tree.held(at, /* fresh= */ true);
            }
            if (now == null) {
                throw new IOException("the device does not have the directory that it has made");
            }
            if (!now.isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, operation, path);
            }
            return tree.node(path, now);
        }
    }

    /** What is at both ends of a transfer that may begin. */
    private record Ends(Stat source, @Nullable Stat target) {}

    private Ends ends(String operation, FsPath source, FsPath target, TransferOptions options) throws IOException {
        Stat from = tree.requireNow(operation, source);
        options.preconditions().check(tree.node(source, from), operation, source);
        if (source.isRoot() || target.isRoot() || source.equals(target)) {
            throw new FsException(Kind.INVALID_NAME, operation, target);
        }
        if (from.isDirectory() && target.isBelow(source)) {
            throw new FsException(Kind.BUSY, operation, target);
        }
        Stat to = tree.findNow(operation, target);
        refuse(operation, target, from, to, options.overwrite());
        return new Ends(from, to);
    }

    private static void refuse(String operation, FsPath target, Stat from, @Nullable Stat to, boolean overwrite)
            throws FsException {
        if (to != null && !overwrite) {
            throw new FsException(Kind.ALREADY_EXISTS, operation, target);
        }
        if (to != null && from.isDirectory() != to.isDirectory()) {
            throw new FsException(to.isDirectory() ? Kind.IS_A_DIRECTORY : Kind.NOT_A_DIRECTORY, operation, target);
        }
    }

    Node move(FsPath source, FsPath target, TransferOptions options) throws IOException {
        tree.requireWritable("move", source);
        tree.requireWritable("move", target);
        Ends ends = ends("move", source, target, options);
        FsPath from = tree.at(source);
        FsPath to = tree.at(target);
        boolean isEmpty = ends.target() == null || !ends.target().isDirectory() || isEmpty(target);
        if (!isEmpty) {
            throw new FsException(Kind.NOT_EMPTY, "move", target);
        }
        if (isExport(from) || isExport(to)) {
            throw new FsException(Kind.PERMISSION_DENIED, "move", source);
        }
        boolean alike = isAlike(ends);
        if (alike || !Exports.export(from).equals(Exports.export(to))) {
            Node copy = alike
                    ? copyThrough(source, target, options.overwrite())
                    : copy(source, ends, target, options.overwrite());
            remove(source, exactly(tree.node(source, ends.source())));
            return copy;
        }
        tree.leftovers().sweepOnce(Objects.requireNonNull(from.parent()));
        try (Stripes.Hold hold = device.locks.changing(from, to)) {
            Objects.requireNonNull(hold);
            Stat moving = tree.held(from, /* fresh= */ true);
            if (moving == null) {
                throw new FsException(Kind.NOT_FOUND, "move", source);
            }
            options.preconditions().check(tree.node(source, moving), "move", source);
            Stat there = tree.held(to, /* fresh= */ true);
            refuse("move", target, moving, there, options.overwrite());
            if (there == null) {
                rename(from, to, moving);
            } else {
                replace(from, moving, to, there);
            }
            Stat moved = tree.held(to, /* fresh= */ true);
            if (moved == null) {
                throw new IOException("the device does not have what it has moved");
            }
            if (!moved.isDirectory()) {
                device.stats.came(Objects.requireNonNull(to.parent()), Instant.ofEpochMilli(moved.ctime()));
            }
            return tree.node(target, moved);
        }
    }

    /** Whether a file goes where one of the same ETag is: a rename would pass it off as that one, a copy through here is known as new. */
    private static boolean isAlike(Ends ends) {
        Stat there = ends.target();
        return there != null
                && there.isDated()
                && !there.isDirectory()
                && !ends.source().isDirectory()
                && there.etag().equals(ends.source().etag());
    }

    private static Preconditions exactly(Node node) {
        return node.etag() == null
                ? Preconditions.NONE
                : new Preconditions(new EtagMatch(false, List.of(node.etag())), null, null, null);
    }

    private static boolean isExport(FsPath at) {
        return at.isRoot() || Objects.requireNonNull(at.parent()).isRoot();
    }

    private boolean isEmpty(FsPath directory) throws IOException {
        List<String> names = tree.names("move", directory);
        return names.isEmpty()
                || (tree.leftovers().sweep(tree.at(directory), names)
                        && tree.names("move", directory).isEmpty());
    }

    private void rename(FsPath from, FsPath to, Stat moving) throws IOException {
        try {
            tree.leftovers().rename(from, to);
        } finally {
            if (moving.isDirectory()) {
                device.changed(from, /* isDirectory= */ true);
                device.changed(to, /* isDirectory= */ true);
            }
        }
    }

    /**
     * Renames onto something. An empty directory is removed, and made again if the other does not come.
     */
    private void replace(FsPath from, Stat moving, FsPath to, Stat there) throws IOException {
        Leftovers leftovers = tree.leftovers();
        if (there.isDirectory()) {
            leftovers.remove(to);
            try {
                rename(from, to, moving);
            } catch (StatusException e) {
                leftovers.makeDirectory(to);
                throw e;
            }
            return;
        }
        if (moving.isDated() && moving.etag().equals(there.etag())) {
            // Whoever knows the old one by its ETag would take the new one for it.
            throw new FsException(Kind.BUSY, "move", to);
        }
        leftovers.replace(from, to);
    }

    Node copy(FsPath source, FsPath target, TransferOptions options) throws IOException {
        tree.requireWritable("copy", target);
        Ends ends = ends("copy", source, target, options);
        return copy(source, ends, target, options.overwrite());
    }

    private Node copy(FsPath source, Ends ends, FsPath target, boolean overwrite) throws IOException {
        Stat from = ends.source();
        if (!from.isDirectory()) {
            return Exports.export(tree.at(source)).equals(Exports.export(tree.at(target)))
                    ? writing.copy(source, from, target, ends.target(), overwrite)
                    : copyThrough(source, target, overwrite);
        }
        make("copy", target, Preconditions.NONE);
        try (Listing children = lister.list("copy", source)) {
            for (Node child = children.next(); child != null; child = children.next()) {
                FsPath at = target.child(child.path().name());
                Stat stat = tree.find("copy", child.path());
                if (stat != null) {
                    Stat there = tree.findNow("copy", at);
                    refuse("copy", at, stat, there, /* overwrite= */ true);
                    copy(child.path(), new Ends(stat, there), at, /* overwrite= */ true);
                }
            }
        }
        return tree.node(target, tree.require("copy", target));
    }

    private Node copyThrough(FsPath source, FsPath target, boolean overwrite) throws IOException {
        try (Content content = reading.open(source)) {
            return writing.write(target, content.body(), overwrite ? Preconditions.NONE : Preconditions.MUST_NOT_EXIST);
        } catch (FsException e) {
            throw e.kind() == Kind.PRECONDITION_FAILED ? new FsException(Kind.ALREADY_EXISTS, "copy", target, e) : e;
        }
    }

    void remove(FsPath path, Preconditions preconditions) throws IOException {
        Stat found = tree.requireNow("remove", path);
        FsPath at = tree.at(path);
        preconditions.check(tree.node(path, found), "remove", path);
        if (path.isRoot() || isExport(at)) {
            throw new FsException(Kind.PERMISSION_DENIED, "remove", path);
        }
        tree.leftovers().sweepOnce(Objects.requireNonNull(at.parent()));
        if (found.isDirectory()) {
            removeTree(path);
            return;
        }
        try (Stripes.Hold hold = device.locks.changing(at)) {
            Objects.requireNonNull(hold);
            Stat now = tree.held(at, /* fresh= */ true);
            if (now == null) {
                throw new FsException(Kind.NOT_FOUND, "remove", path);
            }
            preconditions.check(tree.node(path, now), "remove", path);
            if (now.isDirectory()) {
                throw new FsException(Kind.BUSY, "remove", path);
            }
            tree.leftovers().remove(at);
        }
    }

    /** Children first, our own names among them. */
    private void removeTree(FsPath directory) throws IOException {
        for (String name : tree.names("remove", directory)) {
            if (!FsPath.isName(name) || !Names.isSayable(name)) {
                throw new IOException("the directory holds a name that cannot be said to the device");
            }
            FsPath child = directory.child(name);
            Stat stat = tree.child(tree.at(child));
            if (stat != null && stat.isDirectory()) {
                removeTree(child);
            } else if (stat != null) {
                removeFile(tree.at(child));
            }
        }
        FsPath at = tree.at(directory);
        tree.leftovers().remove(at);
        device.changed(at, /* isDirectory= */ true);
    }

    /** Gone already is what is wanted. */
    private void removeFile(FsPath at) throws IOException {
        try (Stripes.Hold hold = device.locks.changing(at)) {
            Objects.requireNonNull(hold);
            tree.leftovers().removed(at);
        }
    }
}
