package dev.packhorse.store.s3;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.store.object.Found;
import dev.packhorse.store.object.Ordered;
import dev.packhorse.store.object.Stored;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A listing whose nodes are completed, where they must be, by one HEAD each; many at a time, a window ahead.
 *
 * <p>A symlink must be: a listing tells neither that it is one. They are written in one part ({@link Symlinks}), which shows in
 * their ETags, so that only few others are asked for with them.
 */
final class S3Listing implements Listing {

    /** How many nodes are read ahead. */
    private static final int WINDOW = 64;

    private final Ordered nodes;
    private final Bucket bucket;
    private final FsPath asked;
    private final FsPath real;
    private final boolean all;
    private final ExecutorService threads;
    private final String operation;
    private final Deque<CompletableFuture<@Nullable Node>> ahead = new ArrayDeque<>();
    private boolean ended;

    /**
     * Reads on from what has been begun.
     *
     * @param asked the directory as the caller named it, where the nodes are shown
     * @param real where it is
     * @param all whether every node is to be completed
     */
    S3Listing(
            Ordered nodes,
            Bucket bucket,
            FsPath asked,
            FsPath real,
            boolean all,
            ExecutorService threads,
            String operation) {
        this.nodes = nodes;
        this.bucket = bucket;
        this.asked = asked;
        this.real = real;
        this.all = all;
        this.threads = threads;
        this.operation = operation;
    }

    @Override
    public @Nullable Node next() throws FsException {
        while (true) {
            while (!ended && ahead.size() < WINDOW) {
                Node node = nodes.next();
                if (node == null) {
                    ended = true;
                } else if (all || Symlinks.mayBe(node)) {
                    ahead.add(completed(node));
                } else if (ahead.isEmpty()) {
                    return shown(node);
                } else {
                    ahead.add(CompletableFuture.completedFuture(node));
                }
            }
            CompletableFuture<@Nullable Node> first = ahead.poll();
            if (first == null) {
                return null;
            }
            Node node = taken(first);
            if (node != null) {
                return shown(node);
            }
        }
    }

    private Node shown(Node node) {
        return asked.equals(real) ? node : node.at(node.path().from(real).under(asked));
    }

    private CompletableFuture<@Nullable Node> completed(Node node) throws FsException {
        CompletableFuture<@Nullable Node> result = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                if (result.isDone()) {
                    return;
                }
                try {
                    result.complete(complete(node));
                } catch (FsException | RuntimeException e) {
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            throw new FsException(FsException.Kind.UNAVAILABLE, operation, node.path(), e);
        }
        return result;
    }

    private @Nullable Node complete(Node node) throws FsException {
        FsPath path = node.path();
        if (node.isDirectory()) {
            Stored marker = bucket.head(bucket.directoryKey(path, operation), operation, path);
            return Found.directory(path, marker).node();
        }
        Stored stored = bucket.head(bucket.key(path, operation), operation, path);
        return stored == null ? null : Found.object(path, stored).node();
    }

    private @Nullable Node taken(CompletableFuture<@Nullable Node> result) throws FsException {
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof FsException known) {
                throw known;
            }
            throw e;
        } catch (CancellationException e) {
            throw new FsException(FsException.Kind.UNAVAILABLE, operation, asked, e);
        }
    }

    @Override
    public void close() {
        ended = true;
        ahead.forEach(result -> result.cancel(false));
        ahead.clear();
    }
}
