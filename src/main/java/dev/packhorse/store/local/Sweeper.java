package dev.packhorse.store.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Removes what a crash has left, once, in the background: temporary files that no process holds, and directories whose
 * removal was not finished.
 *
 * <p>It goes from open handle to open handle and follows no symlink. Where the platform has no such handles nothing is swept.
 * Two rounds, {@link #GRACE} apart: between making a temporary file and locking it, and between naming a directory for
 * removal and having removed it, another process is not to be disturbed.
 */
final class Sweeper {

    /** How long something must have been seen before it is taken for a leftover. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** Deeper directories are not swept: each level costs a file descriptor. */
    private static final int MAX_DEPTH = 128;

    private final Path root;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Path> suspects = new ArrayList<>();

    private Sweeper(Path root) {
        this.root = root;
    }

    static Sweeper start(Path root) {
        Sweeper sweeper = new Sweeper(root);
        Thread thread = new Thread(sweeper::run, "packhorse-sweeper");
        thread.setDaemon(true);
        thread.start();
        return sweeper;
    }

    void stop() {
        closed.countDown();
    }

    private void run() {
        try {
            // The start of the gateway needs the processors now; a leftover can wait.
            if (!closed.await(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                sweep();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep() throws InterruptedException {
        try (DirectoryStream<Path> top = Files.newDirectoryStream(root)) {
            if (!(top instanceof SecureDirectoryStream<Path> secure)) {
                return;
            }
            gather(secure, root, 0);
            if (suspects.isEmpty() || closed.await(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            for (Path suspect : suspects) {
                sweep(secure, root.relativize(suspect));
            }
        } catch (IOException e) {
            // The root cannot be read: every operation will say so, and to somebody who can be told.
            return;
        }
    }

    private void gather(SecureDirectoryStream<Path> directory, Path path, int depth) {
        try {
            for (Path entry : directory) {
                if (closed.getCount() == 0) {
                    return;
                }
                Path name = entry.getFileName();
                String text = name.toString();
                if (Names.isReserved(text)) {
                    if (!Temp.isLive(text)) {
                        suspects.add(path.resolve(name));
                    }
                } else if (depth < MAX_DEPTH && attributes(directory, name).isDirectory()) {
                    try (SecureDirectoryStream<Path> below =
                            directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                        gather(below, path.resolve(name), depth + 1);
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Gone, or not ours to read: the rest of the tree is still swept.
            return;
        }
    }

    private static void sweep(SecureDirectoryStream<Path> directory, Path path) {
        Path first = path.getName(0);
        try {
            if (path.getNameCount() > 1) {
                try (SecureDirectoryStream<Path> below =
                        directory.newDirectoryStream(first, LinkOption.NOFOLLOW_LINKS)) {
                    sweep(below, path.subpath(1, path.getNameCount()));
                }
                return;
            }
            BasicFileAttributes attributes = attributes(directory, first);
            if (attributes.isDirectory()) {
                TreeRemoval.remove(directory, first);
            } else if (!attributes.isRegularFile() || isAbandoned(directory, first)) {
                directory.deleteFile(first);
            }
        } catch (IOException e) {
            // Gone, or held fast: the next start tries again.
            return;
        }
    }

    private static boolean isAbandoned(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        try (SeekableByteChannel channel =
                directory.newByteChannel(name, Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
            if (!(channel instanceof FileChannel file)) {
                return false;
            }
            try (FileLock lock = file.tryLock()) {
                return lock != null;
            } catch (OverlappingFileLockException e) {
                return false;
            }
        }
    }

    private static BasicFileAttributes attributes(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        return directory
                .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }
}
