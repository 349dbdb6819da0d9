package dev.packhorse.front.http;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A listing in the order of names with the slashes of directories: {@code a-b} stands before {@code a/}.
 *
 * <p>A listing has {@code a} before {@code a-b}, so a directory waits for those of its successors that begin like it. No more wait
 * than a name has bytes.
 */
public final class SlashOrder implements Listing {

    private final Listing listing;
    /** Directories, the next one on top. */
    private final Deque<Node> waiting = new ArrayDeque<>();

    private @Nullable Node ahead;
    private boolean ended;

    /** Takes a listing over. */
    public SlashOrder(Listing listing) {
        this.listing = listing;
    }

    @Override
    public @Nullable Node next() throws FsException {
        while (true) {
            Node next = look();
            Node directory = waiting.peek();
            if (directory != null
                    && (next == null
                            || !isBefore(next.path().name(), directory.path().name()))) {
                return waiting.pop();
            }
            ahead = null;
            if (next == null || !next.isDirectory()) {
                return next;
            }
            waiting.push(next);
        }
    }

    private @Nullable Node look() throws FsException {
        if (ahead == null && !ended) {
            ahead = listing.next();
            ended = ahead == null;
        }
        return ahead;
    }

    /** Whether a name, which a listing has after that of a directory, comes before the directory's with its slash. */
    private static boolean isBefore(String name, String directory) {
        return name.startsWith(directory) && name.charAt(directory.length()) < '/';
    }

    @Override
    public void close() throws FsException {
        listing.close();
    }
}
