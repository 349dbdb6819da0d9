package dev.packhorse.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * By what it is seen that a file has changed, without reading it.
 *
 * @param size in bytes, -1 for a file that is not there or may not be looked at
 * @param inode what the file system numbers it by; another one after a rename into its place
 */
record FileStamp(
        long size, @Nullable FileTime modified, @Nullable Object inode) {

    private static final FileStamp NONE = new FileStamp(-1, null, null);

    static FileStamp of(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(now.size(), now.lastModifiedTime(), now.fileKey());
        } catch (IOException e) {
            return NONE;
        }
    }
}
