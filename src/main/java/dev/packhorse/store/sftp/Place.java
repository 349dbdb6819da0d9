package dev.packhorse.store.sftp;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where a path of the store is on the server, and what was there a moment ago.
 *
 * <p>All parents are looked at in one go, at the price of one way to the server; if none is a symlink, the path is inside. A
 * symlink in the middle is followed here, name by name, because not every server's {@code REALPATH} follows any (MINA's does
 * not).
 *
 * @param at the raw path on the server, without symlinks but for the last name
 * @param attributes what is there; {@code null} if nothing is
 */
record Place(String at, @Nullable Attributes attributes) {

    /** The limit of Linux ({@code path_resolution(7)}). */
    private static final int MAX_SYMLINKS = 40;

    /** Finds a path. All its parents are there, or this fails. */
    static Place find(Connection connection, FsPath path, String operation) throws IOException {
        List<String> names = names(path, operation);
        if (names.isEmpty()) {
            Attributes root = connection
                    .call(new Request(Request.STAT).raw(connection.root()))
                    .attributes();
            return new Place(connection.root(), root);
        }
        List<CompletableFuture<Reply>> replies = new ArrayList<>(names.size());
        String at = connection.root();
        for (String name : names) {
            at = Names.child(at, name);
            replies.add(connection.send(Connection.lstat(at)));
        }
        for (int i = 0; i < names.size() - 1; i++) {
            Attributes parent = connection.unfollowed(path(connection, names, i), connection.looked(replies.get(i)));
            if (parent != null && parent.isSymlink()) {
                return follow(connection, path, operation, names, i);
            }
            requireDirectory(parent, path, operation);
        }
        return new Place(at, connection.unfollowed(at, connection.looked(replies.get(names.size() - 1))));
    }

    private static String path(Connection connection, List<String> names, int last) {
        return join(connection.root(), names.subList(0, last + 1));
    }

    private static List<String> names(FsPath path, String operation) throws FsException {
        List<String> names = new ArrayList<>();
        for (String name : path.segments()) {
            if (Names.isReserved(name)) {
                throw new FsException(Kind.INVALID_NAME, operation, path);
            }
            names.add(Names.raw(name));
        }
        return names;
    }

    private static void requireDirectory(@Nullable Attributes parent, FsPath path, String operation)
            throws FsException {
        if (parent == null) {
            throw new FsException(Kind.NOT_FOUND, operation, path);
        }
        if (!parent.isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, operation, path);
        }
    }

    /** Walks from the first name that is a symlink. */
    private static Place follow(
            Connection connection, FsPath path, String operation, List<String> names, int directories)
            throws IOException {
        List<String> walked = new ArrayList<>(names.subList(0, directories));
        Deque<String> ahead = new ArrayDeque<>(names.subList(directories, names.size() - 1));
        int symlinks = 0;
        while (!ahead.isEmpty()) {
            String name = ahead.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                if (walked.isEmpty()) {
                    throw new FsException(Kind.PERMISSION_DENIED, operation, path);
                }
                walked.remove(walked.size() - 1);
                continue;
            }
            String at = Names.child(join(connection.root(), walked), name);
            Attributes attributes = connection.look(at);
            if (attributes == null || !attributes.isSymlink()) {
                requireDirectory(attributes, path, operation);
                walked.add(name);
                continue;
            }
            if (++symlinks > MAX_SYMLINKS) {
                throw new FsException(Kind.NOT_FOUND, operation, path);
            }
            String target = connection.readLink(at, attributes.size());
            if (target.startsWith("/")) {
                target = inside(connection.root(), target, path, operation);
                walked.clear();
            }
            List<String> parts = Arrays.asList(target.split("/", -1));
            for (int i = parts.size() - 1; i >= 0; i--) {
                ahead.push(parts.get(i));
            }
        }
        String at = Names.child(join(connection.root(), walked), names.get(names.size() - 1));
        return new Place(at, connection.look(at));
    }

    private static String join(String root, List<String> names) {
        String at = root;
        for (String name : names) {
            at = Names.child(at, name);
        }
        return at;
    }

    /** What an absolute target names below the root. */
    private static String inside(String root, String target, FsPath path, String operation) throws FsException {
        String prefix = root.endsWith("/") ? root : root + "/";
        if (!(target + "/").startsWith(prefix)) {
            throw new FsException(Kind.PERMISSION_DENIED, operation, path);
        }
        return target.substring(Math.min(target.length(), prefix.length()));
    }

    /** What is there, if it is a node. */
    Attributes existing(FsPath path, String operation) throws FsException {
        if (attributes == null || attributes.type() == null) {
            throw new FsException(Kind.NOT_FOUND, operation, path);
        }
        return attributes;
    }

    /** The node that is there; {@code null} if none is. */
    @Nullable
    Attributes node() {
        return attributes == null || attributes.type() == null ? null : attributes;
    }

    boolean isDirectory() {
        return attributes != null && attributes.isDirectory();
    }

    /** A name beside this one. */
    String beside(String name) {
        return Names.child(at.substring(0, Math.max(1, at.lastIndexOf('/'))), name);
    }
}
