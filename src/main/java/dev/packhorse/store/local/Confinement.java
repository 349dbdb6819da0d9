package dev.packhorse.store.local;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * From a path of the store to a path of the host that lies below the root, and stays there while it is used.
 *
 * <p>What {@link #resolve} returns has real directories only above its last name. Nothing that a client can do changes that
 * while the caller holds {@link #LOCK}: shared around resolving and the one step that uses the result; exclusive around
 * whatever makes or moves a symlink or moves a directory. Never hold it while a body is read or written.
 *
 * @param root the real path of the root
 */
record Confinement(Path root) {

    /** One for the whole process, because the roots of two stores may overlap. Not reentrant. */
    static final StampedLock LOCK = new StampedLock();

    /** As Linux ({@code MAXSYMLINKS}). */
    private static final int MAX_LINKS = 40;

    /**
     * Follows the symlinks in the middle of a path.
     *
     * @throws FsException {@code INVALID_NAME} for a name that is reserved; {@code NOT_FOUND}, also for a loop;
     *     {@code NOT_A_DIRECTORY}; {@code PERMISSION_DENIED} if it leads out of the root
     */
    Path resolve(FsPath path, String operation) throws FsException {
        FsPath parent = path.parent();
        if (parent == null) {
            return root;
        }
        Path directory = parent.isRoot() ? root : directory(path, parent, operation);
        String name = path.name();
        if (Names.isReserved(name)) {
            throw new FsException(Kind.INVALID_NAME, operation, path);
        }
        return Names.child(directory, name);
    }

    private Path directory(FsPath path, FsPath parent, String operation) throws FsException {
        Path at = root;
        Deque<String> ahead = new ArrayDeque<>(parent.segments());
        int links = 0;
        for (String segment = ahead.poll(); segment != null; segment = ahead.poll()) {
            if (segment.isEmpty() || segment.equals(".")) {
                continue;
            }
            if (segment.equals("..")) {
                at = above(at, path, operation);
                continue;
            }
            if (Names.isReserved(segment)) {
                throw new FsException(Kind.INVALID_NAME, operation, path);
            }
            try {
                Path next = Names.child(at, segment);
                BasicFileAttributes attributes =
                        Files.readAttributes(next, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (attributes.isDirectory()) {
                    at = next;
                } else if (attributes.isSymbolicLink()) {
                    if (++links > MAX_LINKS) {
                        throw new FsException(Kind.NOT_FOUND, operation, path);
                    }
                    at = follow(Names.target(next), at, ahead, path, operation);
                } else {
                    throw new FsException(Kind.NOT_A_DIRECTORY, operation, path);
                }
            } catch (IOException e) {
                throw LocalErrors.of(e, operation, path);
            }
        }
        return at;
    }

    /** Puts what a symlink says in front of the segments ahead; returns where they start. */
    private Path follow(String target, Path at, Deque<String> ahead, FsPath path, String operation) throws FsException {
        List<String> segments = Arrays.stream(target.split("/", -1))
                .filter(segment -> !segment.isEmpty() && !segment.equals("."))
                .toList();
        Path start = at;
        if (target.startsWith("/")) {
            List<String> own = rootSegments();
            if (segments.size() < own.size() || !segments.subList(0, own.size()).equals(own)) {
                throw new FsException(Kind.PERMISSION_DENIED, operation, path);
            }
            segments = segments.subList(own.size(), segments.size());
            start = root;
        }
        for (int i = segments.size() - 1; i >= 0; i--) {
            ahead.push(segments.get(i));
        }
        return start;
    }

    private List<String> rootSegments() {
        String[] segments = new String[root.getNameCount()];
        for (int i = 0; i < segments.length; i++) {
            String name = Names.of(root.getName(i));
            // No target equals a name that cannot be read.
            segments[i] = name == null ? "" : name;
        }
        return List.of(segments);
    }

    private Path above(Path at, FsPath path, String operation) throws FsException {
        @Nullable Path parent = at.equals(root) ? null : at.getParent();
        if (parent == null) {
            throw new FsException(Kind.PERMISSION_DENIED, operation, path);
        }
        return parent;
    }
}
