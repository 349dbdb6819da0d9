package dev.packhorse.store.local;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Removes a directory with all below it, from open handle to open handle, so that no directory that is swapped for a symlink
 * meanwhile leads it astray.
 *
 * <p>Each level costs a file descriptor. What lies deeper than {@value #MAX_DEPTH} levels is first moved up to the directory
 * where the removal began, and removed from there.
 */
final class TreeRemoval {

    private static final int MAX_DEPTH = 64;

    private final SecureDirectoryStream<Path> top;
    private final Deque<Path> ahead = new ArrayDeque<>();

    private TreeRemoval(SecureDirectoryStream<Path> top) {
        this.top = top;
    }

    /** Removes a directory by its name in an open one. */
    static void remove(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        TreeRemoval removal = new TreeRemoval(parent);
        removal.ahead.push(name);
        for (Path next = removal.ahead.poll(); next != null; next = removal.ahead.poll()) {
            removal.removeDirectory(parent, next, 0);
        }
    }

    /** The same where the platform has no handles. Never follows a symlink that is there when it is reached. */
    static void remove(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void removeDirectory(SecureDirectoryStream<Path> parent, Path name, int depth) throws IOException {
        while (true) {
            try (SecureDirectoryStream<Path> directory = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                for (Path entry : directory) {
                    removeEntry(directory, entry.getFileName(), depth);
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
            try {
                parent.deleteDirectory(name);
                return;
            } catch (DirectoryNotEmptyException e) {
                // Somebody has put something there: once more.
            }
        }
    }

    private void removeEntry(SecureDirectoryStream<Path> directory, Path name, int depth) throws IOException {
        try {
            boolean isDirectory = directory
                    .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes()
                    .isDirectory();
            if (!isDirectory) {
                directory.deleteFile(name);
            } else if (depth < MAX_DEPTH) {
                removeDirectory(directory, name, depth + 1);
            } else {
                Path higher = name.resolveSibling(Temp.freshName(Temp.DIRECTORY));
                directory.move(name, top, higher);
                ahead.add(higher);
            }
        } catch (NoSuchFileException e) {
            // Gone already, which is what is wanted.
            return;
        }
    }
}
