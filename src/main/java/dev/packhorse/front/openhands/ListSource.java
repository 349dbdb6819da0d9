package dev.packhorse.front.openhands;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.WireBuffer;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A JSON array of the paths in a directory, made while it is sent, 64 KiB in memory at most.
 *
 * <p>Paths have no leading slash; those of directories end in one, and the whole is sorted with it: {@code a-b} stands before
 * {@code a/}. A listing has {@code a} before {@code a-b}, so a directory waits for those of its successors that begin like it.
 */
final class ListSource implements HttpBody.Source, Closeable {

    private static final int LIMIT = 64 * 1024;

    private final Listing listing;
    private final String prefix;
    private final WireBuffer array = new WireBuffer(4 * 1024);
    /** Names of directories, the next to be sent on top. */
    private final Deque<String> waiting = new ArrayDeque<>();

    private @Nullable Node ahead;
    private boolean begun;
    private boolean listed;
    private boolean ended;
    private boolean filled;

    private ListSource(Listing listing, FsPath directory) {
        this.listing = listing;
        this.prefix = directory.isRoot() ? "" : directory.toString().substring(1) + "/";
    }

    /**
     * Opens a listing and reads its begin.
     *
     * @throws FsException as {@link Store#list}
     */
    static ListSource open(Store store, FsPath directory) throws FsException {
        ListSource source = new ListSource(store.list(directory), directory);
        try {
            source.array.octet('[');
            source.fill();
            source.filled = true;
            return source;
        } catch (FsException | RuntimeException e) {
            source.listing.close();
            throw e;
        }
    }

    /** The body: with its length if all of it is at hand, else without. */
    HttpBody body() {
        return ended ? new HttpBody.Bytes(array.view()) : new HttpBody.Chunked(-1, this);
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
        if (!filled) {
            array.clear();
            fill();
        }
        filled = false;
        return array.size() == 0 ? null : array.view();
    }

    @Override
    public void close() throws FsException {
        listing.close();
    }

    private void fill() throws FsException {
        while (!ended && array.size() < LIMIT) {
            Node next = look();
            String directory = waiting.peek();
            if (directory != null && (next == null || !isBefore(next.path().name(), directory))) {
                waiting.pop();
                append(directory, true);
            } else if (next == null) {
                array.octet(']');
                ended = true;
            } else {
                ahead = null;
                if (next.isDirectory()) {
                    waiting.push(next.path().name());
                } else if (next.isFile()) {
                    append(next.path().name(), false);
                }
            }
        }
    }

    private @Nullable Node look() throws FsException {
        if (ahead == null && !listed) {
            ahead = listing.next();
            listed = ahead == null;
        }
        return ahead;
    }

    /** Whether a name, which a listing has after that of a directory, comes before the directory's with its slash. */
    private static boolean isBefore(String name, String directory) {
        return name.startsWith(directory) && name.charAt(directory.length()) < '/';
    }

    private void append(String name, boolean directory) {
        array.wire(begun ? ",\"" : "\"").text(escaped(prefix + name)).wire(directory ? "/\"" : "\"");
        begun = true;
    }

    /** Names have no control characters, so these two are all that JSON escapes. */
    private static String escaped(String path) {
        return path.indexOf('"') < 0 && path.indexOf('\\') < 0
                ? path
                : path.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
