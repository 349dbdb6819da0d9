package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What tells a gateway from others that use the same stores: the same after a restart, and never the same in two processes at once. It
 * is in the state folder, in a file that stays locked as long as the process lives. A second process in the same folder has a name
 * that is new each time.
 */
final class ProcessName implements Closeable {

    private static final Logger LOG = Logger.getLogger(ProcessName.class);
    private static final int LENGTH = 36;

    private final @Nullable FileChannel locked;
    private final String text;

    private ProcessName(@Nullable FileChannel locked, String text) {
        this.locked = locked;
        this.text = text;
    }

    /** Takes the name in a folder that is there; makes one if there is none. */
    static ProcessName of(Path folder) throws IOException {
        FileChannel file = FileChannel.open(
                folder.resolve("process"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            taken = lock(file);
            if (taken) {
                return new ProcessName(file, name(file));
            }
        } finally {
            if (!taken) {
                file.close();
            }
        }
        return new ProcessName(null, UUID.randomUUID().toString());
    }

    private static boolean lock(FileChannel file) {
        try {
            FileLock lock = file.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            LOG.warnf(e, "the file system of the state folder has no locks, so this process has a name for once");
            return false;
        }
    }

    private static String name(FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
        int count = 0;
        while (bytes.hasRemaining() && count >= 0) {
            count = file.read(bytes, bytes.position());
        }
        String known = US_ASCII.decode(bytes.flip()).toString();
        if (known.length() == LENGTH) {
            return known;
        }
        String fresh = UUID.randomUUID().toString();
        ByteBuffer rest = ByteBuffer.wrap(fresh.getBytes(US_ASCII));
        while (rest.hasRemaining()) {
            file.write(rest, rest.position());
        }
        file.force(true);
        return fresh;
    }

    @Override
    public String toString() {
        return text;
    }

    @Override
    public void close() throws IOException {
        if (locked != null) {
            locked.close();
        }
    }
}
