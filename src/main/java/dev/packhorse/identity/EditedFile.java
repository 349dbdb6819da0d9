package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * A file of identities that a command changes: by one at a time, and whole or not at all.
 *
 * <p>The lock is a file of its own beside it ({@code users.lock}), which stays: the file itself is another one after each change. The
 * new file is written beside the old one, forced to the disk, and renamed into its place with the old one's owner and mode; without
 * an old one only its owner may read it.
 */
final class EditedFile {

    private static final Logger LOG = Logger.getLogger(EditedFile.class);

    /** A lock of a file is the whole process's: within it this one keeps threads apart. */
    private static final ReentrantLock PROCESS = new ReentrantLock();

    /** Makes new lines of old ones. */
    interface Edit {

        /**
         * Changes lines in place.
         *
         * @throws IllegalArgumentException with one line, if there is nothing to do
         */
        void apply(List<String> lines) throws IOException;
    }

    /** Says whether what was made is good. */
    interface Check {
        void accept(byte[] content) throws IOException;
    }

    private EditedFile() {}

    /**
     * Changes a file.
     *
     * @param title what a new one begins with
     * @param check what must hold before anything is written
     * @throws IOException if it cannot be read or written; the file is then what it was
     */
    static void edit(Path file, String title, Edit edit, Check check) throws IOException {
        Path real = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        Path folder = real.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException("there is no folder for " + file);
        }
        PROCESS.lock();
        try (FileChannel lock = FileChannel.open(
                folder.resolve(real.getFileName() + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();
            List<String> lines = lines(real, title);
            edit.apply(lines);
            byte[] content = (String.join("\n", lines) + "\n").getBytes(UTF_8);
            check.accept(content);
            replace(real, folder, content);
        } catch (FileSystemException e) {
            throw new IOException(file + " cannot be changed: " + e, e);
        } finally {
            PROCESS.unlock();
        }
    }

    private static List<String> lines(Path file, String title) throws IOException {
        List<String> lines = new ArrayList<>();
        try {
            new String(Files.readAllBytes(file), UTF_8).lines().forEach(lines::add);
        } catch (NoSuchFileException e) {
            lines.add("# " + title);
        }
        return lines;
    }

    private static void replace(Path file, Path folder, byte[] content) throws IOException {
        Path fresh = Files.createTempFile(folder, "." + file.getFileName(), ".new");
        boolean done = false;
        try {
            try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            keepOwner(file, fresh);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            done = true;
        } finally {
            if (!done) {
                Files.deleteIfExists(fresh);
            }
        }
        force(folder);
    }

    /** Else the gateway, which runs as somebody else than who gives commands, could read the file no more. */
    private static void keepOwner(Path file, Path fresh) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
        if (view == null || !Files.exists(file)) {
            return;
        }
        PosixFileAttributes old = Files.readAttributes(file, PosixFileAttributes.class);
        PosixFileAttributes now = view.readAttributes();
        if (!old.group().equals(now.group())) {
            view.setGroup(old.group());
        }
        if (!old.owner().equals(now.owner())) {
            view.setOwner(old.owner());
        }
        view.setPermissions(old.permissions());
    }

    /** A rename is in the folder, which has its own pages to force; not every system lets it be opened. */
    private static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.debugf(e, "%s cannot be forced to the disk", folder);
        }
    }
}
