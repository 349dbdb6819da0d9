package dev.packhorse.store.sftp;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.sshd.client.session.ClientSession;
import org.jspecify.annotations.Nullable;

/** One session with a server: what it offers, and the requests that everybody needs. */
final class Connection {

    private static final int READ_WRITE_MIN = 32 * 1024;
    /** What OpenSSH takes: a message of 256 KiB less its head. */
    private static final int READ_WRITE_MAX = 255 * 1024;

    /** How much longer than other requests one may take that waits for a disk. */
    private static final int FORCING = 10;

    static final int OPEN_READ = 1;
    /** Write, create, and fail if it is there (SSH_FXF_WRITE, CREAT, EXCL). */
    static final int OPEN_NEW = 2 | 8 | 0x20;

    private final SftpChannel channel;
    private final Map<String, String> extensions = new HashMap<>();
    private final Duration forcing;
    private final String root;
    private final int maxRead;
    private final int maxWrite;
    private final boolean followsDirectories;

    private Connection(SftpChannel channel, Duration timeout, String path) throws IOException {
        this.channel = channel;
        this.followsDirectories = channel.serverVersion().contains("mod_sftp");
        this.forcing = timeout.multipliedBy(FORCING);
        Reply version = channel.version();
        version.int32();
        while (version.hasMore()) {
            extensions.put(version.raw(), version.raw());
        }
        CompletableFuture<Reply> limits =
                has("limits@openssh.com", "1") ? send(Request.extended("limits@openssh.com")) : null;
        CompletableFuture<Reply> real = send(new Request(Request.REALPATH).raw(path));
        int read = READ_WRITE_MIN;
        int write = READ_WRITE_MIN;
        if (limits != null) {
            Reply reply = await(limits).extended();
            reply.int64();
            read = limit(reply.int64());
            write = limit(reply.int64());
        }
        maxRead = read;
        maxWrite = write;
        root = await(real).name();
    }

    /** Opens the subsystem on a session, which is closed if that fails. */
    static Connection open(ClientSession session, Duration timeout, String root) throws IOException {
        try {
            return new Connection(SftpChannel.open(session, timeout), timeout, root);
        } catch (IOException | RuntimeException e) {
            session.close(true);
            throw e;
        }
    }

    private static int limit(long length) {
        return length <= 0 ? READ_WRITE_MIN : (int) Math.max(1024, Math.min(READ_WRITE_MAX, length));
    }

    private boolean has(String name, String version) {
        return version.equals(extensions.get(name));
    }

    boolean hasSpace() {
        return has("statvfs@openssh.com", "2");
    }

    boolean hasFsync() {
        return has("fsync@openssh.com", "1");
    }

    boolean hasPosixRename() {
        return has("posix-rename@openssh.com", "1");
    }

    /** ProFTPD's mod_sftp keeps a target, but READLINK shows it absolute and tidied up, and LSTAT follows links to directories. */
    boolean hasSymlinks() {
        return !channel.server().startsWith("SSH-2.0-mod_sftp");
    }

    boolean hasLsetstat() {
        return has("lsetstat@openssh.com", "1");
    }

    boolean hasCopyData() {
        return has("copy-data", "1");
    }

    /** The path of the store's root on the server, raw. */
    String root() {
        return root;
    }

    /** How many bytes to ask for in one request. */
    int maxRead() {
        return maxRead;
    }

    int maxWrite() {
        return maxWrite;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    void close() {
        channel.close();
    }

    CompletableFuture<Reply> send(Request request) throws IOException {
        return channel.send(request);
    }

    Reply await(CompletableFuture<Reply> reply) throws IOException {
        return channel.await(reply);
    }

    /** As above, for what waits for a disk. */
    Reply awaitLong(CompletableFuture<Reply> reply) throws IOException {
        return channel.await(reply, forcing);
    }

    Reply call(Request request) throws IOException {
        return await(send(request));
    }

    static Request lstat(String at) {
        return new Request(Request.LSTAT).raw(at);
    }

    /** What is at a path; {@code null} if nothing is. */
    @Nullable
    Attributes look(String at) throws IOException {
        return unfollowed(at, looked(send(lstat(at))));
    }

    /** ProFTPD (1.3.8) answers LSTAT of a symlink to a directory as if that were there: asked twice, it says so. */
    boolean followsDirectories() {
        return followsDirectories;
    }

    @Nullable
    Attributes unfollowed(String at, @Nullable Attributes seen) throws IOException {
        if (!followsDirectories || seen == null || !seen.isDirectory()) {
            return seen;
        }
        try {
            return seen.asSymlink(
                    call(new Request(Request.READLINK).raw(at)).name().length());
        } catch (StatusException e) {
            return seen;
        }
    }

    @Nullable
    Attributes looked(CompletableFuture<Reply> reply) throws IOException {
        try {
            return await(reply).attributes();
        } catch (StatusException e) {
            if (SftpErrors.isMissing(e)) {
                return null;
            }
            throw e;
        }
    }

    byte[] openToRead(String at) throws IOException {
        return call(new Request(Request.OPEN).raw(at).int32(OPEN_READ).int32(0)).handle();
    }

    byte[] openNew(String at, int permissions) throws IOException {
        return call(new Request(Request.OPEN)
                        .raw(at)
                        .int32(OPEN_NEW)
                        .int32(Attributes.PERMISSIONS)
                        .int32(permissions))
                .handle();
    }

    CompletableFuture<Reply> stat(byte[] handle) throws IOException {
        return send(new Request(Request.FSTAT).bytes(handle));
    }

    CompletableFuture<Reply> closeHandle(byte[] handle) throws IOException {
        return send(new Request(Request.CLOSE).bytes(handle));
    }

    /** Gives a handle back, without a word if that fails: then the connection is gone, and the handle with it. */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the answer
    void release(byte[] handle) {
        try {
            closeHandle(handle);
        } catch (IOException e) {
            return;
        }
    }

    void remove(String at) throws IOException {
        call(new Request(Request.REMOVE).raw(at)).done();
    }

    /**
     * Reads a symlink.
     *
     * @param size the length of its target. ProFTPD answers with a target made absolute, which is told from one that is
     *     absolute by its length
     */
    String readLink(String at, long size) throws IOException {
        String target = call(new Request(Request.READLINK).raw(at)).name();
        String parent = at.substring(0, at.lastIndexOf('/') + 1);
        boolean madeAbsolute = target.length() - parent.length() == size && target.startsWith(parent);
        return madeAbsolute ? target.substring(parent.length()) : target;
    }

    /** Renames onto nothing; fails if something is there, on most servers in one step. */
    void renameNew(String from, String to) throws IOException {
        call(new Request(Request.RENAME).raw(from).raw(to)).done();
    }

    /** Renames onto whatever is there, in one step. */
    void renameOver(String from, String to) throws IOException {
        call(Request.extended("posix-rename@openssh.com").raw(from).raw(to)).done();
    }

    /** Sets metadata of what is at a path: of a link itself if {@code link}, else of what it leads to. */
    void set(String at, Settings settings, @Nullable Attributes current, boolean link) throws IOException {
        CompletableFuture<Reply> owner = null;
        if (settings.owner() != null) {
            Request request = setting(at, link);
            Settings.putOwner(request, settings.owner());
            owner = send(request);
        }
        CompletableFuture<Reply> others = null;
        if (settings.mode() != null || settings.modified() != null) {
            Request request = setting(at, link);
            settings.put(request, current);
            others = send(request);
        }
        if (owner != null) {
            await(owner).done();
        }
        if (others != null) {
            await(others).done();
        }
    }

    private static Request setting(String at, boolean link) {
        return link ? Request.extended("lsetstat@openssh.com").raw(at) : new Request(Request.SETSTAT).raw(at);
    }

    /** The answer of {@code statvfs@openssh.com} for the root, behind the message's head. */
    Reply space() throws IOException {
        return call(Request.extended("statvfs@openssh.com").raw(root)).extended();
    }

    CompletableFuture<Reply> fsync(byte[] handle) throws IOException {
        return send(Request.extended("fsync@openssh.com").bytes(handle));
    }
}
