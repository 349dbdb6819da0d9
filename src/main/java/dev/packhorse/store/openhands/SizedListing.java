package dev.packhorse.store.openhands;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Children whose files get their sizes as they are asked for: some are asked ahead, several at a time. A file that has gone
 * meanwhile is left out.
 */
final class SizedListing implements Listing {

    /** Enough to keep all connections busy; the first batches are smaller, for who looks at the first entry only. */
    private static final int BATCH = 64;

    private final Listing names;
    private final FsPath directory;
    private final Lookup lookup;
    private final ExecutorService probes;
    private final Deque<Node> ready = new ArrayDeque<>();
    private int batch = 1;

    SizedListing(Listing names, FsPath directory, Lookup lookup, ExecutorService probes) {
        this.names = names;
        this.directory = directory;
        this.lookup = lookup;
        this.probes = probes;
    }

    @Override
    public @Nullable Node next() throws FsException {
        boolean more = true;
        while (ready.isEmpty() && more) {
            more = fill();
        }
        return ready.poll();
    }

    /** Looks at the next few; returns whether there were any. */
    private boolean fill() throws FsException {
        List<Node> nodes = new ArrayList<>();
        List<Future<Long>> sizes = new ArrayList<>();
        for (Node node = names.next(); node != null; node = nodes.size() < batch ? names.next() : null) {
            nodes.add(node);
        }
        try {
            for (Node node : nodes) {
                sizes.add(probes.submit(() -> node.isFile() ? lookup.size(node.path(), "list") : 0));
            }
            for (int i = 0; i < nodes.size(); i++) {
                long size = sizes.get(i).get();
                Node node = nodes.get(i);
                if (size >= 0) {
                    ready.add(node.isFile() ? lookup.file(node.path(), size) : node);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Kind.UNAVAILABLE, "list", directory, e);
        } catch (ExecutionException e) {
            throw Failures.of(e.getCause() instanceof IOException io ? io : new IOException(e), "list", directory);
        } catch (RejectedExecutionException e) {
            throw new FsException(Kind.UNAVAILABLE, "list", directory, e);
        } finally {
            sizes.forEach(each -> each.cancel(false));
        }
        batch = Math.min(BATCH, batch * 4);
        return !nodes.isEmpty();
    }

    @Override
    public void close() throws FsException {
        ready.clear();
        names.close();
    }
}
