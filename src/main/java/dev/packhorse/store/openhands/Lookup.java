package dev.packhorse.store.openhands;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import dev.packhorse.store.http.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what is at a path, for which the protocol has no question of its own.
 *
 * <p>A file is what answers HEAD or GET, a directory what has a list with something in it; where neither says it for certain,
 * the list of the parent decides. An empty list says nothing: servers over object stores have one for every path.
 */
final class Lookup {

    /** Nothing can be read there: nothing is there, or a directory. */
    private static final long NO_FILE = -1;

    /** The server did not say. */
    private static final long UNDECIDED = -2;

    private enum Heads {
        UNTRIED,
        ANSWERED,
        REFUSED
    }

    private final Server server;
    private final Known known;
    private final SizeProbe probe;
    private final long limit;
    private volatile Heads heads = Heads.UNTRIED;

    /**
     * For one server.
     *
     * @param limit most bytes that are read to learn how many they are
     */
    Lookup(Server server, Known known, SizeProbe probe, long limit) {
        this.server = server;
        this.known = known;
        this.probe = probe;
        this.limit = limit;
    }

    /**
     * A file. The protocol has no modes and no times: the epoch is the time that nobody knows, always the same, so that what others
     * keep beside the file is known to be its own by the next process as well.
     */
    Node file(FsPath path, long size) {
        return new Node(path, NodeType.FILE, Mode.FILE_DEFAULT, size, Instant.EPOCH, Owner.ROOT, null, null, null);
    }

    Node directory(FsPath path) {
        return new Node(
                path, NodeType.DIRECTORY, Mode.DIRECTORY_DEFAULT, 0, Instant.EPOCH, Owner.ROOT, null, null, null);
    }

    /** What is at a path, as it is now; {@code null} for nothing. */
    @Nullable
    Node find(FsPath path, String operation) throws IOException {
        if (path.isRoot()) {
            requireServer(operation);
            return directory(path);
        }
        if (!server.dialect().reaches(path)) {
            return null;
        }
        boolean reads = server.dialect().reads(path);
        long size = reads ? probed(path, operation) : UNDECIDED;
        if (size >= 0) {
            return found(path, size);
        }
        if (size == NO_FILE) {
            return isDirectory(path, operation) ? directory(path) : null;
        }
        NodeType type = listed(path, operation);
        if (type == NodeType.DIRECTORY) {
            known.directory(path);
            return directory(path);
        }
        if (type == null || !reads) {
            return null;
        }
        size = size(path, operation);
        return size < 0 ? null : file(path, size);
    }

    private Node found(FsPath path, long size) {
        known.file(path, size);
        return file(path, size);
    }

    Node existing(FsPath path, String operation) throws IOException {
        Node node = find(path, operation);
        if (node == null) {
            throw missing(path, operation);
        }
        return node;
    }

    /** Nothing is at a path: because nothing is there, or because a parent is a file. */
    FsException missing(FsPath path, String operation) throws IOException {
        for (FsPath above = path.parent(); above != null && !known.isDirectory(above); above = above.parent()) {
            Node node = find(above, operation);
            if (node != null) {
                return new FsException(node.isFile() ? Kind.NOT_A_DIRECTORY : Kind.NOT_FOUND, operation, path);
            }
        }
        return new FsException(Kind.NOT_FOUND, operation, path);
    }

    void requireParent(FsPath path, String operation) throws IOException {
        FsPath parent = path.parent();
        if (parent == null || (!known.isDirectory(parent) && !isDirectory(parent, operation))) {
            throw missing(path, operation);
        }
    }

    /** The root is always there; this is about whether somebody answers who lets us in. */
    private void requireServer(String operation) throws IOException {
        try (Answer answer = server.list(FsPath.ROOT)) {
            if (answer.status() != 200 && answer.status() != 404) {
                throw Server.refused(answer, operation, FsPath.ROOT);
            }
        }
    }

    /** Whether a path has a list, or is listed as a directory. */
    boolean isDirectory(FsPath path, String operation) throws IOException {
        Boolean told = hasList(path, operation);
        boolean is = told == null ? listed(path, operation) == NodeType.DIRECTORY : told;
        if (is) {
            known.directory(path);
        }
        return is;
    }

    /** Whether a path has a list; {@code null} if that is not certain. */
    private @Nullable Boolean hasList(FsPath path, String operation) throws IOException {
        try (Answer answer = server.list(path)) {
            switch (answer.status()) {
                case 200 -> {
                    ListParser list = new ListParser(answer.stream(), path);
                    boolean hasAny = list.next() != null || list.hasAny();
                    answer.drain(Server.REST);
                    return hasAny ? true : null;
                }
                case 404, 410 -> {
                    answer.drain(Server.REST);
                    return false;
                }
                case 400, 405, 409, 500 -> {
                    answer.drain(Server.REST);
                    return null;
                }
                default -> throw Server.refused(answer, operation, path);
            }
        }
    }

    /** What the list of the parent says of a path, {@code null} for nothing. */
    @Nullable
    NodeType listed(FsPath path, String operation) throws IOException {
        FsPath parent = path.parent();
        if (parent == null) {
            return NodeType.DIRECTORY;
        }
        try (Answer answer = server.list(parent)) {
            switch (answer.status()) {
                case 200 -> {
                    ListParser list = new ListParser(answer.stream(), parent);
                    for (ListParser.Entry entry = list.next(); entry != null; entry = list.next()) {
                        if (entry.path().equals(path)) {
                            return entry.isDirectory() ? NodeType.DIRECTORY : NodeType.FILE;
                        }
                    }
                    answer.finish();
                    return null;
                }
                case 400, 404, 409, 410 -> {
                    answer.drain(Server.REST);
                    return null;
                }
                default -> throw Server.refused(answer, operation, parent);
            }
        }
    }

    /** The size of a path as the option says, or why there is none. */
    private long probed(FsPath path, String operation) throws IOException {
        if (probe == SizeProbe.NEVER) {
            return UNDECIDED;
        }
        if (probe == SizeProbe.READ || heads == Heads.REFUSED) {
            return read(path, operation);
        }
        try (Answer answer = server.head(path)) {
            int status = answer.status();
            if (status / 100 == 2 && answer.length() >= 0) {
                heads = Heads.ANSWERED;
                return answer.length();
            }
            if (status / 100 != 2 && status != 405 && status != 501) {
                return none(answer, operation, path, heads == Heads.ANSWERED);
            }
            if (heads == Heads.UNTRIED) {
                heads = Heads.REFUSED;
            }
        }
        return read(path, operation);
    }

    private long read(FsPath path, String operation) throws IOException {
        try (Answer answer = server.get(path, Map.of())) {
            return answer.status() == 200 ? counted(answer, operation, path) : none(answer, operation, path, true);
        }
    }

    /** What it means that a path cannot be read: some servers answer 500 to who reads a directory. */
    private static long none(Answer answer, String operation, FsPath path, boolean isCertain) throws FsException {
        return switch (answer.status()) {
            case 400, 404, 409, 410 -> isCertain ? NO_FILE : UNDECIDED;
            case 500 -> UNDECIDED;
            default -> throw Server.refused(answer, operation, path);
        };
    }

    private long counted(Answer answer, String operation, FsPath path) throws IOException {
        long length = answer.length();
        if (length < 0) {
            length = 0;
            byte[] buffer = new byte[Server.REST];
            InputStream in = answer.stream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                length += count;
                if (length > limit) {
                    throw new FsException(Kind.TOO_LARGE, operation, path);
                }
            }
        } else if (length <= Server.REST) {
            answer.drain(Server.REST);
        }
        return length;
    }

    /** The size of a file that is listed, from memory if it is known; negative if it is gone. */
    long size(FsPath path, String operation) throws IOException {
        Long size = known.size(path);
        if (size != null) {
            return size;
        }
        if (probe == SizeProbe.NEVER) {
            return 0;
        }
        long found = probed(path, operation);
        if (found == UNDECIDED) {
            found = read(path, operation);
        }
        if (found == UNDECIDED) {
            throw new FsException(Kind.IO, operation, path, new IOException("the server cannot read a file it lists"));
        }
        if (found >= 0) {
            known.file(path, found);
        }
        return found;
    }
}
