package dev.packhorse.store.sftp;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.SortedNodes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A subtree in the order of its full paths, its directories read ahead by several threads.
 *
 * <p>Whatever directory comes next in the order is read first, so that the threads run ahead of the reader and not beside him.
 * They stop while {@value #MOST_READY} directories or {@value #MOST_NODES} nodes wait; a directory that the reader needs and
 * nobody has begun is read by himself.
 */
final class Walk implements Listing {

    private static final int MOST_READY = 512;
    private static final int MOST_NODES = 65_536;

    /** Nodes of one directory in memory: many directories wait at the same time. */
    private static final int RUN = 4096;

    /** Directories known ahead of the reader in one directory. */
    private static final int AHEAD = 1024;

    /** The children of one directory, some of them taken out to look for directories among them. */
    private static final class Level {
        final SortedNodes listing;
        final Deque<Node> ahead = new ArrayDeque<>();
        final Deque<FsPath> due = new ArrayDeque<>();

        Level(SortedNodes listing) {
            this.listing = listing;
        }
    }

    /** A directory that is read ahead, or will be. */
    private static final class Pending {
        final CompletableFuture<Level> level = new CompletableFuture<>();
        boolean begun;
        int nodes;
    }

    private final Listings listings;
    private final Executor threads;
    private final int mostThreads;
    private final Deque<Level> levels = new ArrayDeque<>();
    /** By the path with a slash behind it, which is the order in which they are due. */
    private final TreeMap<String, Pending> pending = new TreeMap<>(FsPath.BYTEWISE);

    private int running;
    private int ready;
    private int readyNodes;
    private boolean closed;

    Walk(Listings listings, FsPath directory, Executor threads, int mostThreads) throws FsException {
        this.listings = listings;
        this.threads = threads;
        this.mostThreads = mostThreads;
        push(read(directory));
    }

    private Level read(FsPath directory) throws FsException {
        Level level = new Level(listings.read(directory, "walk", RUN));
        try {
            lookAhead(level);
        } catch (FsException e) {
            level.listing.close();
            throw e;
        }
        return level;
    }

    /** Takes nodes out of the listing, and notes the directories among them. */
    private void lookAhead(Level level) throws FsException {
        while (level.ahead.size() < AHEAD) {
            Node node = level.listing.next();
            if (node == null) {
                break;
            }
            level.ahead.add(node);
            if (node.isDirectory()) {
                synchronized (this) {
                    if (!closed) {
                        pending.put(node.path() + "/", new Pending());
                    }
                }
            }
        }
        start();
    }

    private void push(Level level) {
        levels.push(level);
    }

    private void start() {
        while (true) {
            synchronized (this) {
                if (closed || running >= mostThreads || !hasRoom() || nearest() == null) {
                    return;
                }
                running++;
            }
            try {
                threads.execute(this::work);
            } catch (RejectedExecutionException e) {
                synchronized (this) {
                    running--;
                }
                return;
            }
        }
    }

    private boolean hasRoom() {
        return ready < MOST_READY && readyNodes < MOST_NODES;
    }

    private Map.@Nullable Entry<String, Pending> nearest() {
        for (Map.Entry<String, Pending> entry : pending.entrySet()) {
            if (!entry.getValue().begun) {
                return entry;
            }
        }
        return null;
    }

    private void work() {
        while (true) {
            Map.Entry<String, Pending> next;
            synchronized (this) {
                next = closed || !hasRoom() ? null : nearest();
                if (next == null) {
                    running--;
                    return;
                }
                next.getValue().begun = true;
                ready++;
            }
            complete(next.getKey(), next.getValue());
        }
    }

    private void complete(String key, Pending directory) {
        try {
            Level level = read(FsPath.parse(key));
            synchronized (this) {
                if (closed) {
                    level.listing.close();
                }
                directory.nodes = level.ahead.size();
                readyNodes += directory.nodes;
                directory.level.complete(level);
            }
        } catch (FsException | RuntimeException e) {
            directory.level.completeExceptionally(e);
        }
    }

    @Override
    public @Nullable Node next() throws FsException {
        while (true) {
            Level level = levels.peek();
            if (level == null) {
                return null;
            }
            if (level.ahead.isEmpty()) {
                lookAhead(level);
            }
            Node ahead = level.ahead.peek();
            FsPath due = level.due.peek();
            if (due != null
                    && (ahead == null
                            || FsPath.BYTEWISE.compare(due + "/", ahead.path().toString()) < 0)) {
                level.due.pop();
                descend(due);
            } else if (ahead == null) {
                levels.pop().listing.close();
            } else {
                level.ahead.pop();
                if (ahead.isDirectory()) {
                    level.due.push(ahead.path());
                }
                return ahead;
            }
        }
    }

    private void descend(FsPath directory) throws FsException {
        Pending waiting;
        boolean mine;
        synchronized (this) {
            waiting = pending.remove(directory + "/");
            mine = waiting == null || !waiting.begun;
        }
        try {
            push(waiting == null || mine ? read(directory) : await(waiting));
        } catch (FsException e) {
            if (e.kind() != Kind.NOT_FOUND && e.kind() != Kind.NOT_A_DIRECTORY) {
                throw e;
            }
        }
        start();
    }

    private Level await(Pending waiting) throws FsException {
        try {
            return waiting.level.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof FsException failure) {
                throw failure;
            }
            throw e;
        } finally {
            synchronized (this) {
                ready--;
                readyNodes -= waiting.nodes;
            }
        }
    }

    @Override
    public void close() throws FsException {
        FsException failure = null;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            for (Pending directory : pending.values()) {
                if (directory.level.isDone() && !directory.level.isCompletedExceptionally()) {
                    failure = closed(directory.level.join(), failure);
                }
            }
            pending.clear();
        }
        for (Level level : levels) {
            failure = closed(level, failure);
        }
        levels.clear();
        if (failure != null) {
            throw failure;
        }
    }

    private static @Nullable FsException closed(Level level, @Nullable FsException earlier) {
        try {
            level.listing.close();
            return earlier;
        } catch (FsException e) {
            return e;
        }
    }
}
