package dev.packhorse.store.local;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A file on its way into a directory, beside its later name.
 *
 * <p>While it is written it is locked, so that the {@link Sweeper} of another process knows it from the leftovers of a crash;
 * that of this process asks {@link #isLive}. When a client moves a directory above it, it knows ({@link #directoryMoved}).
 * {@link #path} may be used only under {@link Confinement#LOCK}.
 */
final class Temp implements Closeable {

    static final String FILE = ".tmp";
    static final String DIRECTORY = ".del";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Map<String, Temp> LIVE = new ConcurrentHashMap<>();
    private static final Set<OpenOption> CREATE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final String name;
    private final @Nullable FileChannel channel;
    private volatile Path path;
    private @Nullable FileLock lock;
    private boolean placed;

    private Temp(String name, Path path, @Nullable FileChannel channel) {
        this.name = name;
        this.path = path;
        this.channel = channel;
    }

    /** Makes an empty file, with these permissions less the umask. The caller holds the lock. */
    static Temp file(Path directory, int permissions) throws IOException {
        String name = freshName(FILE);
        Path path = directory.resolve(name);
        FileAttribute<Set<PosixFilePermission>> mode = PosixFilePermissions.asFileAttribute(permissions(permissions));
        FileChannel channel = FileChannel.open(path, CREATE, mode);
        Temp temp = new Temp(name, path, channel);
        LIVE.put(name, temp);
        try {
            temp.lock();
        } catch (IOException e) {
            temp.discard();
            throw e;
        }
        return temp;
    }

    /**
     * Locks it again: the JDK sets modes, times and tags through handles of its own, and on POSIX whoever closes any handle of
     * a file gives up all locks that the process has on it.
     */
    void lockAgain() throws IOException {
        if (lock != null) {
            lock.release();
        }
        lock();
    }

    private void lock() throws IOException {
        lock = channel().tryLock();
        if (lock == null) {
            throw new FileAlreadyExistsException(name);
        }
    }

    /** Makes a symlink; {@code null} if its target cannot be kept. The caller holds the lock exclusively. */
    static @Nullable Temp symlink(Path directory, String target) throws IOException {
        String name = freshName(FILE);
        Temp temp = new Temp(name, directory.resolve(name), null);
        LIVE.put(name, temp);
        try {
            if (Names.link(temp.path, target)) {
                return temp;
            }
        } catch (IOException e) {
            temp.discard();
            throw e;
        }
        temp.discard();
        return null;
    }

    static String freshName(String suffix) {
        return Names.RESERVED + HexFormat.of().toHexDigits(RANDOM.nextLong()) + suffix;
    }

    static boolean isLive(String name) {
        return LIVE.containsKey(name);
    }

    /** Follows a directory that has been moved. The caller holds the lock exclusively. */
    static void directoryMoved(Path from, Path to) {
        for (Temp temp : LIVE.values()) {
            if (temp.path.startsWith(from)) {
                temp.path = to.resolve(from.relativize(temp.path));
            }
        }
    }

    Path path() {
        return path;
    }

    FileChannel channel() {
        if (channel == null) {
            throw new IllegalStateException("a symlink has no channel");
        }
        return channel;
    }

    /** Gives it its name, in place of what has it. */
    void place(Path target) throws IOException {
        Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
        placed = true;
    }

    /** Removes it if it has not been placed. Not to be called with the lock, which it takes itself. */
    @Override
    public void close() throws IOException {
        if (placed) {
            release();
            return;
        }
        long stamp = Confinement.LOCK.readLock();
        try {
            discard();
        } finally {
            Confinement.LOCK.unlockRead(stamp);
        }
    }

    private void discard() throws IOException {
        try {
            Files.deleteIfExists(path);
        } finally {
            release();
        }
    }

    private void release() throws IOException {
        LIVE.remove(name);
        if (channel != null) {
            channel.close();
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        PosixFilePermission[] all = PosixFilePermission.values();
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < all.length; i++) {
            // Declared from owner-read down to others-execute, as the bits are.
            if ((mode & (0400 >> i)) != 0) {
                set.add(all[i]);
            }
        }
        return set;
    }
}
