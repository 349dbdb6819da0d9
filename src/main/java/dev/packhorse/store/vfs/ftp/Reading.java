package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.BytesContent;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Opens files so that node and bytes belong together.
 *
 * <p>FTP knows no handles: the metadata is asked for, and then the bytes. Whether the file was replaced in between is found
 * out from the size that most servers name as they begin to send, else by asking once more when the first byte has come; then
 * all begins anew. Files of up to {@value #SMALL} bytes are taken into memory at once, which gives the connection back.
 */
final class Reading {

    /** One buffer; 64 KiB. */
    static final int SMALL = 64 * 1024;

    private static final int ATTEMPTS = 10;

    private final Connections connections;

    private final Stripes stripes;

    Reading(Connections connections, Stripes stripes) {
        this.connections = connections;
        this.stripes = stripes;
    }

    /** Opens with a lease of its own. */
    Content open(FsPath path) throws IOException {
        Connections.Lease lease = connections.lease();
        boolean kept = false;
        try {
            Content content = open(lease, path);
            kept = content instanceof FtpContent;
            return content;
        } finally {
            if (!kept) {
                lease.close();
            }
        }
    }

    /** Opens with the lease of the caller, which an {@link FtpContent} closes. */
    Content open(Connections.Lease lease, FsPath path) throws IOException {
        Lock lock = stripes.looking(path);
        lock.lock();
        try {
            return opened(lease, path);
        } finally {
            lock.unlock();
        }
    }

    private Content opened(Connections.Lease lease, FsPath path) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Entry entry = lease.repeat(connection -> Lookup.require(connection, path, "read"));
            if (entry.isDirectory()) {
                throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
            }
            if (entry.type() == NodeType.SYMLINK) {
                return symlink(entry, path);
            }
            Content content = lease.look(connection -> begin(connection, lease, entry, path));
            if (content != null) {
                return content;
            }
        }
        throw new FsException(Kind.BUSY, "read", path);
    }

    private static Content symlink(Entry entry, FsPath path) throws FsException {
        String target = entry.target();
        if (target == null) {
            throw new FsException(Kind.NOT_FOUND, "read", path);
        }
        return new BytesContent(entry.node(path), target.getBytes(StandardCharsets.UTF_8));
    }

    @Nullable
    private Content begin(Connection connection, Connections.Lease lease, Entry entry, FsPath path) throws IOException {
        Transfer transfer;
        try {
            transfer = connection.transfer("RETR", connection.at(path), 0);
        } catch (RefusedException e) {
            if (e.reply().code() == 550 && Lookup.find(connection, path, "read") == null) {
                throw new FsException(Kind.NOT_FOUND, "read", path);
            }
            throw e;
        }
        boolean kept = false;
        try {
            if (entry.size() <= SMALL) {
                byte[] bytes = small(transfer, (int) entry.size());
                return bytes == null ? null : new BytesContent(entry.node(path), bytes);
            }
            Long announced = Transfer.announced(transfer.begun());
            boolean same = announced == null ? isStill(entry, path, transfer) : announced == entry.size();
            kept = same;
            return same ? new FtpContent(entry.node(path), this, lease, transfer) : null;
        } finally {
            if (!kept) {
                transfer.abort();
            }
        }
    }

    /** The whole of a small file, {@code null} if it is another size by now. */
    private static byte @Nullable [] small(Transfer transfer, int size) throws IOException {
        byte[] bytes = new byte[size + 1];
        int filled = 0;
        int count = 0;
        while (filled <= size && count >= 0) {
            count = transfer.read(bytes, filled, bytes.length - filled);
            filled += Math.max(0, count);
        }
        if (filled > size) {
            return null;
        }
        transfer.finish();
        return filled == size ? Arrays.copyOf(bytes, size) : null;
    }

    private boolean isStill(Entry entry, FsPath path, Transfer sending) throws IOException {
        Entry now = now(path, sending);
        return now != null && now.isSameFile(entry);
    }

    /** What is at a path once the server has opened what it sends from there. */
    private @Nullable Entry now(FsPath path, Transfer sending) throws IOException {
        sending.awaitFirst();
        try (Connections.Lease question = connections.question()) {
            return question.look(connection -> Lookup.find(connection, path, "read"));
        }
    }

    /** Sends from the middle of a file on. What was opened must still be there: otherwise the stream fails. */
    Transfer resume(Connections.Lease lease, Node node, long offset) throws IOException {
        FsPath path = node.path();
        Transfer transfer = lease.repeat(connection -> connection.transfer("RETR", connection.at(path), offset));
        boolean kept = false;
        try {
            Entry now = now(path, transfer);
            if (now == null || !now.node(path).equals(node)) {
                throw new IOException("the file has been replaced since it was opened");
            }
            kept = true;
            return transfer;
        } finally {
            if (!kept) {
                transfer.abort();
            }
        }
    }
}
