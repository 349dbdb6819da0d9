package dev.packhorse.policy.quota;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.CountedBody;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;

/**
 * A store that holds no more than its {@link Quota} says: what would go beyond is {@code NO_SPACE}, and changes nothing.
 *
 * <p>What is at a path is looked at before it changes; a tree is counted before it is copied or removed. A copy into a directory that is
 * there needs room for all of it, whatever it then replaces.
 */
public final class QuotaStore extends ForwardingStore {

    private final Quota quota;

    /** A store with a quota. */
    public QuotaStore(Store delegate, Quota quota) {
        super(delegate);
        this.quota = quota;
    }

    /** Room that one operation has taken. */
    private final class Room {
        private final String operation;
        private final FsPath path;
        private Usage taken = Usage.NOTHING;

        Room(String operation, FsPath path) {
            this.operation = operation;
            this.path = path;
        }

        /** Takes more until it is that much. */
        void grow(Usage all) throws FsException {
            Usage more = all.minus(taken).growth();
            if (!more.equals(Usage.NOTHING)) {
                quota.reserve(more, operation, path);
                taken = taken.plus(more);
            }
        }
    }

    /** A change of one path. */
    @FunctionalInterface
    private interface Change {
        /**
         * Makes it.
         *
         * @param room to take before it grows
         * @param before what is at the path
         */
        Node make(Room room, Usage before) throws FsException;
    }

    private Node changed(String operation, FsPath path, Change change) throws FsException {
        Usage before = quota.begun(path, delegate());
        Room room = new Room(operation, path);
        Usage after = null;
        try {
            Node node = change.make(room, before);
            after = Usage.of(node);
            return node;
        } finally {
            quota.ended(path, after, room.taken);
        }
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        return changed("write", path, (room, before) -> {
            long length = body.length();
            room.grow(new Usage(Math.max(0, length), 1).minus(before));
            return delegate()
                    .write(
                            path,
                            length == Body.UNKNOWN
                                    ? new CountedBody(body, count -> room.grow(new Usage(count, 1).minus(before)))
                                    : body,
                            options);
        });
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        return changed("makeDirectory", path, (room, before) -> {
            room.grow(new Usage(0, 1).minus(before));
            return delegate().makeDirectory(path, options);
        });
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        return changed("link", path, (room, before) -> {
            room.grow(new Usage(target.getBytes(UTF_8).length, 1).minus(before));
            return delegate().link(path, target, options);
        });
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        Node node = delegate().stat(source);
        boolean makesSense = !source.isRoot() && !target.isRoot() && !target.isBelow(source);
        return node.isDirectory() && makesSense
                ? copyTree(node, target, options)
                : changed("copy", target, (room, before) -> {
                    room.grow(Usage.of(node).minus(before));
                    return delegate().copy(source, target, options);
                });
    }

    private Node copyTree(Node source, FsPath target, TransferOptions options) throws FsException {
        Usage before = tree(target);
        Usage copied = Usage.of(source).plus(Usage.below(delegate(), source.path()));
        Room room = new Room("copy", target);
        room.grow(copied);
        Usage after = null;
        try {
            Node node = delegate().copy(source.path(), target, options);
            after = before.equals(Usage.NOTHING) ? copied : tree(target);
            return node;
        } finally {
            quota.changed(target, after == null ? Usage.NOTHING : after.minus(before), room.taken);
            if (after == null) {
                quota.countSoon();
            }
        }
    }

    private Usage tree(FsPath path) throws FsException {
        try {
            Node node = delegate().stat(path);
            return node.isDirectory() ? Usage.of(node).plus(Usage.below(delegate(), path)) : Usage.of(node);
        } catch (FsException e) {
            if (e.kind() == FsException.Kind.NOT_FOUND || e.kind() == FsException.Kind.NOT_A_DIRECTORY) {
                return Usage.NOTHING;
            }
            throw e;
        }
    }

    /** Needs no room: what is at the target goes, and what is below a directory counts the same there. */
    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        return changed("move", target, (room, before) -> {
            Usage left = null;
            quota.begun(source, delegate());
            try {
                Node node = delegate().move(source, target, options);
                left = Usage.NOTHING;
                return node;
            } finally {
                quota.ended(source, left, Usage.NOTHING);
            }
        });
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        Node node = delegate().stat(path);
        Usage below = node.isDirectory() && !path.isRoot() ? Usage.below(delegate(), path) : Usage.NOTHING;
        quota.begun(path, delegate());
        Usage left = null;
        try {
            delegate().remove(path, preconditions);
            left = Usage.NOTHING;
        } finally {
            quota.ended(path, left, Usage.NOTHING);
            if (left != null) {
                quota.changed(path, Usage.NOTHING.minus(below), Usage.NOTHING);
            } else if (!below.equals(Usage.NOTHING)) {
                quota.countSoon();
            }
        }
    }

    @Override
    public Capabilities capabilities() {
        Capabilities all = delegate().capabilities();
        return limitsBytes() ? all.with(Capability.SPACE) : all;
    }

    private boolean limitsBytes() {
        return quota.limits().bytes() < Long.MAX_VALUE;
    }

    /** What the quota leaves, or less where the store has less. */
    @Override
    public Space space() throws FsException {
        if (!limitsBytes()) {
            return delegate().space();
        }
        long most = quota.limits().bytes();
        long left = Math.max(0, most - quota.used().bytes());
        if (!delegate().capabilities().has(Capability.SPACE)) {
            return new Space(most, left);
        }
        Space behind = delegate().space();
        long free = Math.min(left, behind.free());
        return new Space(Math.max(free, Math.min(most, behind.total())), free);
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        return delegate().stat(path);
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        return delegate().list(directory);
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return delegate().walk(directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        return delegate().read(path);
    }

    /** Attributes take no room. */
    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        return delegate().change(path, change, preconditions);
    }

    @Override
    public void close() throws FsException {
        delegate().close();
    }
}
