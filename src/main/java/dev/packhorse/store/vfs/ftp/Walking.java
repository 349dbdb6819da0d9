package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.Trees;
import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Walks trees with several directories on their way at once. {@link Trees#walk} keeps the order; here its directories are
 * listed before it asks for them: of each listing in progress the next few, those first that come first in the walk.
 */
final class Walking implements Closeable {

    /** How many directories of one listing are ahead. */
    private static final int PER_LEVEL = 8;

    /** How many directories of one walk are ahead, which bounds its memory. */
    private static final int PER_WALK = 64;

    /** How many entries of a listing are looked through for directories. */
    private static final int WINDOW = 1024;

    /** Lists a directory that is known to be one. */
    interface Lists {
        Listing list(FsPath directory) throws FsException;
    }

    private final Lists lists;
    private final ThreadPoolExecutor threads;

    Walking(Lists lists, int threads) {
        this.lists = lists;
        this.threads =
                new ThreadPoolExecutor(threads, threads, 10, TimeUnit.SECONDS, new PriorityBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "packhorse-ftp-walk");
                    thread.setDaemon(true);
                    return thread;
                });
        this.threads.allowCoreThreadTimeOut(true);
    }

    Listing walk(Store store, FsPath directory) throws FsException {
        Ahead ahead = new Ahead(store);
        Listing walk = Trees.walk(ahead, directory);
        return new Listing() {
            @Override
            public @Nullable Node next() throws FsException {
                return walk.next();
            }

            @Override
            public void close() throws FsException {
                try {
                    walk.close();
                } finally {
                    ahead.abandonAll();
                }
            }
        };
    }

    @Override
    public void close() {
        for (Runnable waiting : threads.shutdownNow()) {
            if (waiting instanceof Task task) {
                task.listing.completeExceptionally(new FsException(Kind.UNAVAILABLE, "walk", task.directory));
            }
        }
    }

    /** One directory to list. */
    private final class Task implements Runnable, Comparable<Task> {
        final FsPath directory;
        final CompletableFuture<Listing> listing = new CompletableFuture<>();

        Task(FsPath directory) {
            this.directory = directory;
        }

        @Override
        public void run() {
            if (listing.isDone()) {
                return;
            }
            try {
                Listing listed = lists.list(directory);
                if (!listing.complete(listed)) {
                    listed.close();
                }
            } catch (FsException e) {
                listing.completeExceptionally(e);
            } catch (RuntimeException | Error e) {
                listing.completeExceptionally(e);
                throw e;
            }
        }

        Listing take() throws FsException {
            try {
                return listing.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof FsException known) {
                    throw known;
                }
                throw e;
            }
        }

        void abandon() throws FsException {
            if (!listing.cancel(false) && !listing.isCompletedExceptionally()) {
                listing.join().close();
            }
        }

        @Override
        public int compareTo(Task other) {
            return directory.compareTo(other.directory);
        }
    }

    /** A store that has begun to list what a walk will ask for next. Used by the thread that walks. */
    private final class Ahead extends ForwardingStore {
        private final Map<FsPath, Task> tasks = new HashMap<>();
        private boolean begun;

        Ahead(Store store) {
            super(store);
        }

        @Override
        public Listing list(FsPath directory) throws FsException {
            if (!begun) {
                begun = true;
                return new Window(delegate().list(directory));
            }
            Task task = tasks.remove(directory);
            return new Window(task == null ? lists.list(directory) : task.take());
        }

        void begin(FsPath directory) throws FsException {
            Task task = new Task(directory);
            try {
                threads.execute(task);
            } catch (RejectedExecutionException e) {
                throw new FsException(Kind.UNAVAILABLE, "walk", directory, e);
            }
            tasks.put(directory, task);
        }

        void abandonAll() throws FsException {
            for (Task task : tasks.values()) {
                task.abandon();
            }
            tasks.clear();
        }

        /** A listing that is read a little ahead. */
        private final class Window implements Listing {
            private final Listing listing;
            private final Deque<Node> read = new ArrayDeque<>();
            private final Deque<FsPath> due = new ArrayDeque<>();
            private final Deque<FsPath> begun = new ArrayDeque<>();
            private boolean ended;

            Window(Listing listing) {
                this.listing = listing;
            }

            @Override
            public @Nullable Node next() throws FsException {
                while (!ended && read.size() < WINDOW) {
                    Node node = listing.next();
                    if (node == null) {
                        ended = true;
                    } else {
                        read.add(node);
                        if (node.isDirectory()) {
                            due.add(node.path());
                        }
                    }
                }
                begun.removeIf(directory -> !tasks.containsKey(directory));
                while (!due.isEmpty() && begun.size() < PER_LEVEL && tasks.size() < PER_WALK) {
                    FsPath directory = due.remove();
                    begin(directory);
                    begun.add(directory);
                }
                return read.poll();
            }

            @Override
            public void close() throws FsException {
                listing.close();
            }
        }
    }
}
