package dev.packhorse.store.httpfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A listing of which some nodes are known by name only: those are asked for, a few at a time and at once. What is gone by then is
 * left out, and so is what lies below a symlink: who follows links lists what is elsewhere.
 */
final class Heads implements Listing {

    /** So many at a time, beginning with one, since many look at the first entry only. */
    private static final int BATCH = 64;

    private final Listing names;
    private final String operation;
    private final FsPath directory;
    private final Predicate<Node> doubtful;
    private final Lookup lookup;
    private final ExecutorService threads;
    private final Deque<Node> ready = new ArrayDeque<>();
    private final Set<FsPath> links = new HashSet<>();
    private int batch = 1;

    /** Takes over a sorted listing. */
    Heads(
            Listing names,
            String operation,
            FsPath directory,
            Predicate<Node> doubtful,
            Lookup lookup,
            ExecutorService threads) {
        this.names = names;
        this.operation = operation;
        this.directory = directory;
        this.doubtful = doubtful;
        this.lookup = lookup;
        this.threads = threads;
    }

    @Override
    public @Nullable Node next() throws FsException {
        boolean more = true;
        while (ready.isEmpty() && more) {
            more = fill();
        }
        return ready.poll();
    }

    /** Asks for the next few; returns whether there were any. */
    private boolean fill() throws FsException {
        List<Node> nodes = new ArrayList<>();
        List<@Nullable Future<@Nullable Node>> asked = new ArrayList<>();
        for (Node node = names.next(); node != null; node = nodes.size() < batch ? names.next() : null) {
            nodes.add(node);
        }
        try {
            for (Node node : nodes) {
                asked.add(doubtful.test(node) ? threads.submit(() -> lookup.find(node.path(), operation)) : null);
            }
            for (int i = 0; i < nodes.size(); i++) {
                Future<@Nullable Node> future = asked.get(i);
                Node node = future == null ? nodes.get(i) : future.get();
                if (node != null && !isBelowLink(node.path())) {
                    if (future != null && node.isSymlink()) {
                        links.add(node.path());
                    }
                    ready.add(node);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Kind.UNAVAILABLE, operation, directory, e);
        } catch (ExecutionException e) {
            throw Failures.of(e.getCause() instanceof IOException io ? io : new IOException(e), operation, directory);
        } catch (RejectedExecutionException e) {
            throw new FsException(Kind.UNAVAILABLE, operation, directory, e);
        } finally {
            for (Future<@Nullable Node> each : asked) {
                if (each != null) {
                    each.cancel(false);
                }
            }
        }
        batch = Math.min(BATCH, batch * 4);
        return !nodes.isEmpty();
    }

    private boolean isBelowLink(FsPath path) {
        if (links.isEmpty()) {
            return false;
        }
        for (FsPath up = path.parent(); up != null; up = up.parent()) {
            if (links.contains(up)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() throws FsException {
        ready.clear();
        links.clear();
        names.close();
    }
}
