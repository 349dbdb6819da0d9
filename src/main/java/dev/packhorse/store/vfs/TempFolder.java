package dev.packhorse.store.vfs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A folder that only this process may enter, removed with all that is in it when it is closed.
 *
 * @param path where it is
 */
record TempFolder(Path path) implements Closeable {

    static TempFolder create(Path parent) throws IOException {
        // The JDK makes it for the owner alone, under a name that nobody can guess.
        return new TempFolder(Files.createTempDirectory(parent, "packhorse-vfs-"));
    }

    @Override
    public void close() throws IOException {
        remove(path);
    }

    /** Removes a node with all below it, never through a symlink. */
    static void remove(Path top) throws IOException {
        try {
            Files.walkFileTree(top, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                        throws IOException {
                    if (failure != null) {
                        throw failure;
                    }
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException e) {
            return;
        }
    }
}
