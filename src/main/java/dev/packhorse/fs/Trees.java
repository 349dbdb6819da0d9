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
