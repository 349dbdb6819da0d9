package dev.packhorse.store.object;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From a path to what is there, in few requests.
 *
 * <p>A path is asked for as it is. Only where nothing is there, and its parent has no key either, its parents are looked at one
 * by one: one of them may be a file, or a symlink that leads elsewhere. So symlinks in the middle of a path cost those who use
 * them, nobody else.
 */
public final class Places {

    /** As on Linux. */
    private static final int MAX_LINKS = 40;

    private final ObjectBucket bucket;

    public Places(ObjectBucket bucket) {
        this.bucket = bucket;
    }

    /** What is at a path, through symlinks in the middle of it. */
    public Found existing(FsPath path, String operation) throws FsException {
        Found found = find(path, operation);
        return found == null ? elsewhere(path, operation) : found;
    }

    /** As {@link #existing}, for a path whose own key is known to be missing. */
    public Found behind(FsPath path, String operation) throws FsException {
        Found found = directory(path, operation);
        return found == null ? elsewhere(path, operation) : found;
    }

    private Found elsewhere(FsPath path, String operation) throws FsException {
        FsPath real = resolve(path, operation);
        Found found = real.equals(path) ? null : find(real, operation);
        if (found == null) {
            throw new FsException(Kind.NOT_FOUND, operation, path);
        }
        return found;
    }

    /** What is at this very path; {@code null} for nothing. Whether its parents are directories is not looked at. */
    @Nullable
    Found find(FsPath path, String operation) throws FsException {
        Stored head = path.isRoot() ? null : bucket.head(bucket.key(path, operation), operation, path);
        return head == null ? directory(path, operation) : Found.object(path, head);
    }

    private @Nullable Found directory(FsPath path, String operation) throws FsException {
        String key = bucket.directoryKey(path, operation);
        List<Stored> first = bucket.list(key, null, true, 1, operation, path).objects();
        if (first.isEmpty()) {
            return path.isRoot() ? Found.directory(path, null) : null;
        }
        boolean marked = !key.isEmpty() && first.get(0).key().equals(key);
        return Found.directory(path, marked ? bucket.completed(first.get(0), operation, path) : null);
    }

    /** Tells whether any key is below a path. */
    boolean hasChildren(FsPath path, String operation) throws FsException {
        String key = bucket.directoryKey(path, operation);
        return bucket.list(key, null, true, 2, operation, path).objects().stream()
                .anyMatch(object -> !object.key().equals(key));
    }

    /**
     * The path without symlinks in the middle, whose parent is a directory.
     *
     * @throws FsException {@code NOT_FOUND} or {@code NOT_A_DIRECTORY} if it is none; {@code PERMISSION_DENIED} for a symlink that
     *     climbs above the root
     */
    FsPath resolve(FsPath path, String operation) throws FsException {
        FsPath parent = path.parent();
        if (parent == null || parent.isRoot() || isOccupied(parent, operation)) {
            return path;
        }
        Deque<String> ahead = new ArrayDeque<>(parent.segments());
        FsPath at = FsPath.ROOT;
        int links = 0;
        while (!ahead.isEmpty()) {
            String segment = ahead.pop();
            if (segment.isEmpty() || segment.equals(".")) {
                continue;
            }
            if (segment.equals("..")) {
                at = at.parent();
                if (at == null) {
                    throw new FsException(Kind.PERMISSION_DENIED, operation, path);
                }
                continue;
            }
            FsPath next = FsPath.isName(segment) ? at.child(segment) : null;
            Found found = next == null ? null : find(next, operation);
            if (found == null || next == null) {
                throw new FsException(Kind.NOT_FOUND, operation, path);
            }
            switch (found.node().type()) {
                case DIRECTORY -> at = next;
                case FILE -> throw new FsException(Kind.NOT_A_DIRECTORY, operation, path);
                case SYMLINK -> {
                    if (++links > MAX_LINKS) {
                        throw new FsException(Kind.NOT_FOUND, operation, path);
                    }
                    String target = target(next, operation);
                    if (target.startsWith("/")) {
                        at = FsPath.ROOT;
                    }
                    List<String> segments = Arrays.asList(target.split("/", -1));
                    Collections.reverse(segments);
                    segments.forEach(ahead::push);
                }
            }
        }
        return at.child(path.name());
    }

    private boolean isOccupied(FsPath directory, String operation) throws FsException {
        String key = bucket.directoryKey(directory, operation);
        return !bucket.list(key, null, true, 1, operation, directory).objects().isEmpty();
    }

    private String target(FsPath symlink, String operation) throws FsException {
        return bucket.text(bucket.key(symlink, operation), operation, symlink);
    }

    /** Marks a directory that has just lost a child, if that was its last: it does not go with it. */
    void keep(@Nullable FsPath directory, String operation) throws FsException {
        if (directory != null && !directory.isRoot() && !isOccupied(directory, operation)) {
            bucket.mark(directory, Map.of(), operation);
        }
    }
}
