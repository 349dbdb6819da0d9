package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.NodeType;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what is at a path, and if nothing, whether that is so or only looks so.
 *
 * <p>Asked by {@code MLST}; where a server has none, by listing the parent. A refusal says little: {@code 550} is a missing
 * file, a missing parent, a file as a parent, and a directory that may not be entered; ProFTPD, vsftpd and Apache FtpServer
 * also differ in the code. So the parent is asked for next.
 */
final class Lookup {

    private final Connection connection;
    private final String operation;
    private final FsPath asked;

    private Lookup(Connection connection, String operation, FsPath asked) {
        this.connection = connection;
        this.operation = operation;
        this.asked = asked;
    }

    /**
     * Returns what is at a path, {@code null} if nothing is there though its parent is.
     *
     * @throws FsException {@code NOT_FOUND} or {@code NOT_A_DIRECTORY} for what is missing above; {@code PERMISSION_DENIED}
     */
    static @Nullable Entry find(Connection connection, FsPath path, String operation) throws IOException {
        return new Lookup(connection, operation, path).find(path);
    }

    private @Nullable Entry find(FsPath path) throws IOException {
        FsPath parent = path.parent();
        if (!connection.features().mlst()) {
            return parent == null ? root() : inListing(parent, path);
        }
        Reply reply = connection.send("MLST", connection.at(path));
        if (reply.isDone()) {
            Entry entry = one(reply.lines());
            if (parent == null || (entry != null && entry.isNamed(path.name()))) {
                return entry;
            }
            // The server has trimmed the name or taken it for a pattern, or the node has no type that we know.
            return inListing(parent, path);
        }
        if (reply.code() / 100 != 5 || reply.isUnknownCommand() || reply.code() == 530) {
            throw new RefusedException(reply);
        }
        if (parent == null) {
            return null;
        }
        return Lister.looksLikeAPattern(connection.at(path)) ? inListing(parent, path) : absent(parent, path, reply);
    }

    /**
     * As above, but something must be there.
     *
     * @throws FsException {@code NOT_FOUND} as well
     */
    static Entry require(Connection connection, FsPath path, String operation) throws IOException {
        Entry entry = find(connection, path, operation);
        if (entry == null) {
            throw new FsException(Kind.NOT_FOUND, operation, path);
        }
        return entry;
    }

    private static @Nullable Entry one(List<String> lines) throws IOException {
        for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            Entry entry = Facts.parseOne(line.startsWith(" ") ? line.substring(1) : line);
            if (entry != null) {
                return entry;
            }
        }
        return null;
    }

    private @Nullable Entry root() throws IOException {
        Reply reply = connection.send("CWD", connection.at(FsPath.ROOT));
        if (!reply.isDone() && reply.code() != 550) {
            throw new RefusedException(reply);
        }
        return reply.isDone()
                ? new Entry("/", NodeType.DIRECTORY, 0, Instant.EPOCH, null, null, null, null, null)
                : null;
    }

    private @Nullable Entry inListing(FsPath parent, FsPath path) throws IOException {
        Entry[] found = new Entry[1];
        try {
            Lister.scan(connection, parent, entry -> {
                if (entry.name().equals(path.name())) {
                    found[0] = entry;
                }
            });
        } catch (RefusedException e) {
            if (e.reply().code() / 100 != 5 || e.reply().isUnknownCommand()) {
                throw e;
            }
            directory(parent);
            throw new FsException(Kind.PERMISSION_DENIED, operation, asked, e);
        }
        return found[0];
    }

    /** Nothing is there, says the server. */
    private @Nullable Entry absent(FsPath parent, FsPath path, Reply reply) throws IOException {
        Entry above = directory(parent);
        String text = reply.text().toLowerCase(Locale.ROOT);
        if (above.mayEnter() && !text.contains("denied") && !text.contains("permi")) {
            return null;
        }
        if (inListing(parent, path) != null) {
            throw new FsException(Kind.PERMISSION_DENIED, operation, asked, new RefusedException(reply));
        }
        return null;
    }

    private Entry directory(FsPath parent) throws IOException {
        Entry above = find(parent);
        if (above == null) {
            throw new FsException(Kind.NOT_FOUND, operation, asked);
        }
        if (above.type() == NodeType.FILE) {
            throw new FsException(Kind.NOT_A_DIRECTORY, operation, asked);
        }
        return above;
    }
}
