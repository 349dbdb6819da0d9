package dev.packhorse.fs;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What can be composed from the operations of a {@link Store}, for any store. */
public final class Trees {

    private Trees() {}

    /**
     * Walks a subtree by listing one directory after the other, in bytewise order of the full paths.
     *
     * <p>Memory grows with the depth of the tree and with runs of sibling directories of which one is the prefix of the
     * next, not with the number of entries. A directory that vanishes between being seen and being listed has no children.
     *
     * @throws FsException as {@link Store#list}
     */
    public static Listing walk(Store store, FsPath directory) throws FsException {
        return new Walk(store, store.list(directory));
    }

    /**
     * Copies or moves from one store to another, as {@link Store#copy} and {@link Store#move} say, with these differences.
     *
     * <p>A copy replaces each file atomically, but the whole only file by file; a move is a copy and then a removal, with
     * both there in between. Modes, times, owners and media types travel as far as the target keeps them. Symlinks stay
     * symlinks; a target that has none refuses them ({@code UNSUPPORTED}), and so the whole from there on.
     *
     * <p>The source of a move is removed when all of it is at the target: each file has been read back from there and is
     * equal, byte by byte as SHA-256 tells, and nothing in the source has changed its metadata meanwhile. A failure before
     * that leaves the source as it was; what has been copied stays at the target. What is put into a directory of the source
     * in the moment between that look and the removal is removed with it.
     *
     * <p>A move takes {@code from} to show all there is. Where it is one caller's view, ask {@link Permissions#mayMoveAway} before.
     *
     * <p>Memory grows with the depth of the tree only. The two stores may be the same where two names lead to different
     * places, as through a route.
     *
     * @param move whether the source is removed in the end
     * @return the node at the target
     * @throws FsException as {@link Store#copy} and {@link Store#move}; {@code BUSY} if the source of a move has changed
     *     meanwhile; {@code IO} if the target does not give back what was written
     */
    public static Node transfer(
            Store from, FsPath source, Store to, FsPath target, TransferOptions options, boolean move)
            throws FsException {
        return new Transfer(from, to, move).run(source, target, options);
    }

    /** A digest of what a store tells of a node and all below it: another one after each change that this shows. */
    public static byte[] digest(Store store, FsPath path) throws FsException {
        return Transfer.look(store, path);
    }

    /**
     * One listing in progress, the entry read ahead from it, and the directories already returned whose children are due
     * once no sibling sorts before them: {@code /a-b} comes after {@code /a} but before {@code /a/c}.
     */
    private static final class Level {
        final Listing listing;
        final Deque<FsPath> due = new ArrayDeque<>();

        @Nullable
        Node ahead;

        Level(Listing listing) {
            this.listing = listing;
        }
    }

    private static final class Walk implements Listing {
        private final Store store;
        private final Deque<Level> levels = new ArrayDeque<>();

        Walk(Store store, Listing first) throws FsException {
            this.store = store;
            push(first);
        }

        private void push(Listing listing) throws FsException {
            Level level = new Level(listing);
            levels.push(level);
            level.ahead = listing.next();
        }

        @Override
        public @Nullable Node next() throws FsException {
            while (true) {
                Level level = levels.peek();
                if (level == null) {
                    return null;
                }
                Node ahead = level.ahead;
                FsPath due = level.due.peek();
                if (due != null
                        && (ahead == null
                                || FsPath.BYTEWISE.compare(
                                                due + "/", ahead.path().toString())
                                        < 0)) {
                    level.due.pop();
                    descend(due);
                } else if (ahead == null) {
                    levels.pop().listing.close();
                } else {
                    level.ahead = level.listing.next();
                    if (ahead.isDirectory()) {
                        level.due.push(ahead.path());
                    }
                    return ahead;
                }
            }
        }

        private void descend(FsPath directory) throws FsException {
            try {
                push(store.list(directory));
            } catch (FsException e) {
                if (e.kind() != FsException.Kind.NOT_FOUND && e.kind() != FsException.Kind.NOT_A_DIRECTORY) {
                    throw e;
                }
            }
        }

        @Override
        public void close() throws FsException {
            FsException failure = null;
            for (Level level : levels) {
                try {
                    level.listing.close();
                } catch (FsException e) {
                    failure = e;
                }
            }
            levels.clear();
            if (failure != null) {
                throw failure;
            }
        }
    }
}
