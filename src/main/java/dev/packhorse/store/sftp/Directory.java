package dev.packhorse.store.sftp;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** An open directory on the server: its entries with their attributes as READDIR gives them, some answers asked for ahead. */
final class Directory implements Closeable {

    /** OpenSSH answers with up to 100 entries; a large directory is worth many requests at once. */
    private static final int MOST_AHEAD = 16;

    /** One entry, its name raw. */
    record Entry(String name, Attributes attributes) {}

    /**
     * An entry went away while the server looked at it. OpenSSH leaves such an entry out; MINA, and who builds on it, fails the
     * request with {@code SSH_FX_NO_SUCH_FILE}, and the entries of the same answer are lost: the directory has to be read again.
     */
    static final class VanishedException extends IOException {

        private static final long serialVersionUID = 1L;

        VanishedException(StatusException cause) {
            super("an entry of the directory vanished while the server looked at it", cause);
        }
    }

    private final Connection connection;
    private final byte[] handle;
    private final Deque<CompletableFuture<Reply>> ahead = new ArrayDeque<>();
    private int allowed = 2;
    private @Nullable Reply batch;
    private int left;
    private boolean ended;

    Directory(Connection connection, byte[] handle) throws IOException {
        this.connection = connection;
        this.handle = handle;
        fill();
    }

    static CompletableFuture<Reply> open(Connection connection, String at) throws IOException {
        return connection.send(new Request(Request.OPENDIR).raw(at));
    }

    private void fill() throws IOException {
        while (!ended && ahead.size() < allowed) {
            ahead.add(connection.send(new Request(Request.READDIR).bytes(handle)));
        }
    }

    /** The next entry but {@code .} and {@code ..}; {@code null} behind the last. */
    @Nullable
    Entry next() throws IOException {
        while (true) {
            Reply reply = batch;
            if (reply == null || left == 0) {
                if (!receive()) {
                    return null;
                }
                continue;
            }
            left--;
            String name = reply.raw();
            reply.raw();
            Attributes attributes = Attributes.read(reply);
            if (!name.equals(".") && !name.equals("..")) {
                return new Entry(name, attributes);
            }
        }
    }

    private boolean receive() throws IOException {
        CompletableFuture<Reply> first = ahead.poll();
        if (first == null) {
            return false;
        }
        try {
            Reply names = connection.await(first).names();
            left = names.int32();
            batch = names;
        } catch (StatusException e) {
            if (e.code() == StatusException.NO_SUCH_FILE) {
                throw new VanishedException(e);
            }
            if (e.code() != StatusException.EOF) {
                throw e;
            }
            // The answers behind this one say the same.
            ended = true;
            ahead.clear();
            return false;
        }
        allowed = Math.min(MOST_AHEAD, allowed * 2);
        fill();
        return true;
    }

    @Override
    public void close() {
        ahead.clear();
        connection.release(handle);
    }
}
