package dev.packhorse.front.jsonfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.Audited;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Follows symlinks to their end, which stores do not: they follow those in the middle of a path.
 *
 * <p>What leads nowhere, in circles or out of the store is {@code NOT_FOUND}. An absolute target begins at the root of the store, unless
 * the store itself says that it leads elsewhere (decision 0022). Used for one request.
 */
final class Links {

    /** As Linux ({@code MAXSYMLINKS}). */
    private static final int MOST = 40;

    /** A child of a symlink that nobody has: what a store says of it tells whether it follows the link. */
    private static final String NOBODY = "jsonfs, is this within";

    private final Store store;

    Links(Store store) {
        this.store = store;
    }

    /** What is at a path, or at the end of the symlink that is there. */
    Node stat(FsPath path) throws FsException {
        Node node = store.stat(path);
        return node.isSymlink() ? follow(path) : node;
    }

    /**
     * The file or directory at the end of a path, with no symlink in its own path.
     *
     * @throws FsException {@code NOT_FOUND} if there is none
     */
    Node follow(FsPath path) throws FsException {
        Deque<String> ahead = new ArrayDeque<>(path.segments());
        FsPath at = FsPath.ROOT;
        Node node = null;
        int links = 0;
        for (String segment = ahead.poll(); segment != null; segment = ahead.poll()) {
            if (segment.isEmpty() || segment.equals(".")) {
                continue;
            }
            FsPath next = segment.equals("..") ? at.parent() : child(at, segment);
            if (next == null || (node != null && !node.isDirectory())) {
                throw missing(path);
            }
            Node found = look(next);
            if (!found.isSymlink()) {
                at = next;
                node = found;
                continue;
            }
            String target = target(next);
            if (++links > MOST || (target.startsWith("/") && !isWithin(next))) {
                throw missing(path);
            }
            if (target.startsWith("/")) {
                at = FsPath.ROOT;
                node = null;
            }
            String[] segments = target.split("/", -1);
            for (int i = segments.length - 1; i >= 0; i--) {
                ahead.push(segments[i]);
            }
        }
        return node == null ? look(at) : node;
    }

    private Node look(FsPath path) throws FsException {
        try {
            return store.stat(path);
        } catch (FsException e) {
            throw isAbsent(e) ? missing(path) : e;
        }
    }

    /** Whether a failure says for sure that there is nothing to be had. */
    static boolean isAbsent(FsException failure) {
        return switch (failure.kind()) {
            case NOT_FOUND, NOT_A_DIRECTORY, PERMISSION_DENIED, INVALID_NAME -> true;
            case ALREADY_EXISTS,
                    IS_A_DIRECTORY,
                    NOT_EMPTY,
                    PRECONDITION_FAILED,
                    STALE,
                    UNSUPPORTED,
                    TOO_LARGE,
                    NO_SPACE,
                    BUSY,
                    TIMEOUT,
                    UNAVAILABLE,
                    IO -> false;
        };
    }

    private boolean isWithin(FsPath link) throws FsException {
        try {
            // Nobody asked for this child, so that its denial is not the caller's.
            Audited.unaudited(store).stat(link.child(NOBODY));
            return true;
        } catch (FsException e) {
            return switch (e.kind()) {
                case NOT_FOUND, NOT_A_DIRECTORY -> true;
                case PERMISSION_DENIED, INVALID_NAME -> false;
                case ALREADY_EXISTS,
                        IS_A_DIRECTORY,
                        NOT_EMPTY,
                        PRECONDITION_FAILED,
                        STALE,
                        UNSUPPORTED,
                        TOO_LARGE,
                        NO_SPACE,
                        BUSY,
                        TIMEOUT,
                        UNAVAILABLE,
                        IO -> throw e;
            };
        }
    }

    private static FsPath child(FsPath directory, String name) throws FsException {
        try {
            return directory.child(name);
        } catch (FsException e) {
            throw missing(directory);
        }
    }

    private String target(FsPath link) throws FsException {
        try (Content content = store.read(link);
                InputStream in = content.body().open()) {
            return content.node().isSymlink() ? new String(in.readNBytes(FsPath.MAX_BYTES), UTF_8) : "";
        } catch (FsException e) {
            throw isAbsent(e) || e.kind() == Kind.IS_A_DIRECTORY ? missing(link) : e;
        } catch (IOException e) {
            throw new FsException(Kind.IO, "read", link, e);
        }
    }

    private static FsException missing(FsPath path) {
        return new FsException(Kind.NOT_FOUND, "stat", path);
    }
}
