package dev.packhorse.store.replay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lists directories: one {@code ls}, whose names are sorted in memory, and an {@code fstat} for each name that is not known, as many
 * at once as there may be connections and never more than a few ahead of the reader.
 */
final class Lister implements Closeable {

    /** Answers that wait for the reader, for each connection: so that none is idle while the reader takes one. */
    private static final int AHEAD = 8;

    private final Tree tree;
    private final int window;
    private final ThreadPoolExecutor threads;

    Lister(Tree tree, int connections) {
        this.tree = tree;
        this.window = connections * AHEAD;
        this.threads = new ThreadPoolExecutor(
                connections, connections, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "packhorse-replay-list");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** {@link dev.packhorse.fs.Store#list}. */
    Listing list(String operation, FsPath directory) throws IOException {
        if (!tree.require(operation, directory).isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, operation, directory);
        }
        long epoch = tree.device().stats.epoch();
        List<FsPath> children = new ArrayList<>();
        for (String name : names(operation, directory)) {
            if (FsPath.isName(name) && Names.isSayable(name) && Names.temporary(name) == null) {
                FsPath child = directory.child(name);
                if (!tree.isHidden(tree.at(child))) {
                    children.add(child);
                }
            }
        }
        children.sort(null);
        return new Ahead(operation, directory, children, epoch);
    }

    private Collection<String> names(String operation, FsPath directory) throws IOException {
        FsPath at = tree.at(directory);
        if (at.isRoot()) {
            return tree.exports().writable().keySet();
        }
        List<String> names = tree.names(operation, directory);
        return tree.leftovers().sweep(at, names) ? tree.names(operation, directory) : names;
    }

    @Override
    public void close() {
        for (Runnable waiting : threads.shutdownNow()) {
            if (waiting instanceof FutureTask<?> task) {
                task.cancel(false);
            }
        }
    }

    /** A child, and what is there: asked for already, or known. */
    private record Due(FsPath path, FutureTask<@Nullable Stat> stat) {}

    private final class Ahead implements Listing {
        private final String operation;
        private final FsPath directory;
        private final List<FsPath> children;
        private final Deque<Due> asked = new ArrayDeque<>();
        private @Nullable FsPath last;
        private @Nullable Instant newest;
        private final long epoch;
        private int next;

        Ahead(String operation, FsPath directory, List<FsPath> children, long epoch) {
            this.epoch = epoch;
            this.operation = operation;
            this.directory = directory;
            this.children = children;
        }

        @Override
        public @Nullable Node next() throws FsException {
            try {
                Node node = following();
                while (node != null && node.path().equals(last)) {
                    node = following();
                }
                if (node == null) {
                    FsPath at = tree.at(directory);
                    if (!at.isRoot()) {
                        tree.device().stats.listed(at, newest, epoch);
                    }
                    return null;
                }
                last = node.path();
                if (node.isFile() && (newest == null || node.modified().isAfter(newest))) {
                    newest = node.modified();
                }
                return node;
            } catch (IOException e) {
                throw ReplayErrors.of(e, operation, directory);
            }
        }

        private @Nullable Node following() throws IOException {
            while (true) {
                while (asked.size() < window && next < children.size()) {
                    asked.add(ask(children.get(next++)));
                }
                Due due = asked.poll();
                if (due == null) {
                    return null;
                }
                Stat stat = result(due);
                if (stat != null) {
                    return tree.node(due.path(), stat);
                }
            }
        }

        private Due ask(FsPath path) throws IOException {
            FsPath at = tree.at(path);
            Stat known = tree.remembered(at);
            FutureTask<@Nullable Stat> task = new FutureTask<>(() -> known == null ? tree.child(at) : known);
            if (known != null) {
                task.run();
                return new Due(path, task);
            }
            try {
                threads.execute(task);
            } catch (RejectedExecutionException e) {
                throw new FsException(Kind.UNAVAILABLE, operation, path, e);
            }
            return new Due(path, task);
        }

        private @Nullable Stat result(Due due) throws IOException {
            try {
                return due.stat().get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException known) {
                    throw ReplayErrors.of(known, operation, due.path());
                }
                throw new IllegalStateException(e.getCause());
            } catch (CancellationException e) {
                throw new FsException(Kind.UNAVAILABLE, operation, due.path(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FsException(Kind.UNAVAILABLE, operation, due.path(), e);
            }
        }

        @Override
        public void close() {
            for (Due due : asked) {
                due.stat().cancel(false);
                threads.remove(due.stat());
            }
            asked.clear();
            next = children.size();
        }
    }
}
