package dev.packhorse.front.openhands;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The folder of what has been taken and not yet been applied: one numbered file for each request, in the order in which they were
 * there whole.
 *
 * <p>A file has its number only when its bytes are on the disk, and goes when it has been applied; one that is damaged is kept
 * aside as {@code .broken}. What a killed process leaves is found by {@link #open}. Any thread may write; one takes.
 */
final class Spool {

    /** There is no room now; there will be when the store has taken what waits. */
    static final class Full extends IOException {
        private static final long serialVersionUID = 1L;

        Full() {
            super("the spool is full");
        }
    }

    /** A file that waits. */
    record Waiting(long number, Path file, long size) {}

    /** Room that is counted for even the smallest file: a block of the disk. It bounds their number, too. */
    static final long LEAST = 4096;

    private static final Pattern NUMBERED = Pattern.compile("\\d{19}");
    private static final String UNFINISHED = ".part";

    /** Held as long as the folder is in use: a second process would apply the same files, in an order of its own. */
    private static final String LOCK = ".lock";

    private final Path folder;
    private final FileChannel lock;
    private final long limit;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long used;
    private long next;
    private boolean closed;

    private Spool(Path folder, FileChannel lock, long limit) {
        this.folder = folder;
        this.lock = lock;
        this.limit = limit;
    }

    /**
     * Opens a folder, which is made if need be, and throws away what was not finished in it.
     *
     * @param limit bytes that it may hold
     * @throws IOException if it cannot be used, or somebody else does
     */
    static Spool open(Path folder, long limit) throws IOException {
        Files.createDirectories(folder);
        FileChannel lock = locked(folder);
        try {
            return open(folder, lock, limit);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static FileChannel locked(Path folder) throws IOException {
        FileChannel lock = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (lock.tryLock() != null) {
                return lock;
            }
        } catch (OverlappingFileLockException e) {
            // Somebody in this process.
        } catch (IOException e) {
            lock.close();
            throw e;
        }
        lock.close();
        throw new IOException("another process uses " + folder);
    }

    private static Spool open(Path folder, FileChannel lock, long limit) throws IOException {
        Spool spool = new Spool(folder, lock, limit);
        Queue<Waiting> found = new PriorityQueue<>(Comparator.comparingLong(Waiting::number));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.endsWith(UNFINISHED)) {
                    Files.delete(file);
                } else if (NUMBERED.matcher(name).matches()) {
                    found.add(new Waiting(Long.parseLong(name), file, Math.max(LEAST, Files.size(file))));
                }
            }
        }
        for (Waiting each = found.poll(); each != null; each = found.poll()) {
            spool.waiting.add(each);
            spool.used += each.size();
            spool.next = each.number() + 1;
        }
        return spool;
    }

    /**
     * Begins a file.
     *
     * @param expected bytes that it will have, as far as anybody knows
     * @param caller whose changes they are
     * @throws Full if there is no room
     * @throws FsException {@code TOO_LARGE} if there can never be enough
     */
    DeliveryWriter begin(long expected, String caller) throws IOException {
        byte[] name = caller.getBytes(UTF_8);
        if (name.length > Delivery.LONGEST_CALLER) {
            throw new IOException("a caller of " + name.length + " bytes");
        }
        long room = Math.max(LEAST, expected);
        reserve(room, room);
        try {
            Path file = Files.createTempFile(folder, "", UNFINISHED);
            return new DeliveryWriter(
                    file, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE), this, room, name);
        } catch (IOException e) {
            release(room);
            throw e;
        }
    }

    /**
     * Takes room for a file.
     *
     * @param more bytes to take
     * @param whole bytes of the file with them
     * @throws Full if there is none, or if nothing is taken any more
     * @throws FsException {@code TOO_LARGE} if there can never be enough
     */
    synchronized void reserve(long more, long whole) throws IOException {
        if (whole > limit) {
            throw new FsException(FsException.Kind.TOO_LARGE, "spool", FsPath.ROOT);
        }
        if (closed || more > limit - used) {
            throw new Full();
        }
        used += more;
    }

    private synchronized void release(long bytes) {
        used -= bytes;
    }

    /** Throws away a file that was begun. */
    void abandon(DeliveryWriter writer) throws IOException {
        release(writer.reserved());
        writer.channel().close();
        Files.deleteIfExists(writer.file());
    }

    /**
     * Finishes a file: when this returns, it is applied some time, whatever happens to the process or the power. After a failure
     * it is still to be {@linkplain #abandon abandoned}.
     */
    void commit(DeliveryWriter writer) throws IOException {
        writer.drain();
        writer.channel().force(true);
        long size = Math.max(LEAST, writer.channel().size());
        writer.channel().close();
        synchronized (this) {
            Path file = folder.resolve(String.format("%019d", next));
            Files.move(writer.file(), file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            }
            waiting.add(new Waiting(next, file, size));
            next++;
            used -= writer.reserved() - size;
            notifyAll();
        }
    }

    /** Waits for the file that comes first; it stays until it is {@linkplain #remove removed}. {@code null} when closed. */
    synchronized @Nullable Waiting first() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        return closed ? null : waiting.peek();
    }

    /** Waits for nothing. */
    synchronized void rest(Duration pause) throws InterruptedException {
        long end = System.nanoTime() + pause.toNanos();
        for (long left = pause.toNanos(); left > 0 && !closed; left = end - System.nanoTime()) {
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    /** The first file has been applied. Names go in order on a journaling disk, so that none comes back behind a later one. */
    void remove(Waiting applied) throws IOException {
        Files.deleteIfExists(applied.file());
        forget(applied);
    }

    /** The first file cannot be read: it is kept aside. */
    void setAside(Waiting broken) throws IOException {
        Files.move(
                broken.file(),
                folder.resolve(broken.file().getFileName() + ".broken"),
                StandardCopyOption.REPLACE_EXISTING);
        forget(broken);
    }

    private synchronized void forget(Waiting gone) {
        waiting.remove(gone);
        used -= gone.size();
    }

    /** Bytes that wait or are being written. */
    synchronized long used() {
        return used;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Takes no more, and wakes who waits. The files stay. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Lets others use the folder, when nothing is applied from it any more. */
    void release() throws IOException {
        lock.close();
    }
}
