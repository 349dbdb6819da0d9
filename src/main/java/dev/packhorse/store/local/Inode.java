package dev.packhorse.store.local;

import dev.packhorse.fs.Mode;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What {@code lstat} says.
 *
 * @param mode the full {@code st_mode}
 * @param number the inode number
 * @param key identity of the file on this host
 * @param owner user and group
 * @param size bytes
 * @param modified in nanoseconds
 */
record Inode(int mode, long number, Object key, Owner owner, long size, Instant modified) {

    private static final String ATTRIBUTES = "unix:mode,ino,fileKey,uid,gid,size,lastModifiedTime";

    static Inode read(Path path) throws IOException {
        return UnixAttributes.AVAILABLE ? UnixAttributes.read(path) : readByName(path);
    }

    private static Inode readByName(Path path) throws IOException {
        Map<String, Object> map = Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        return new Inode(
                (int) of(map, "mode"),
                (long) of(map, "ino"),
                of(map, "fileKey"),
                new Owner(Integer.toUnsignedLong((int) of(map, "uid")), Integer.toUnsignedLong((int) of(map, "gid"))),
                (long) of(map, "size"),
                ((FileTime) of(map, "lastModifiedTime")).toInstant());
    }

    /** As {@link #read}; {@code null} if nothing is there. */
    static @Nullable Inode readIfThere(Path path) throws IOException {
        try {
            return read(path);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** When anything about a file last changed. Not part of an inode: asking for it costs, and few do. */
    static Instant changed(Path path) throws IOException {
        return ((FileTime) Files.getAttribute(path, "unix:ctime", LinkOption.NOFOLLOW_LINKS)).toInstant();
    }

    /** Tells cheaply whether the same file, in the same state as far as content goes, is still at a path. */
    boolean isStillAt(Path path) throws IOException {
        BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return key.equals(now.fileKey())
                && size == now.size()
                && modified.equals(now.lastModifiedTime().toInstant());
    }

    /** {@code null} for a FIFO, a socket or a device. */
    @Nullable
    NodeType type() {
        return Mode.typeOf(mode);
    }

    boolean isFile() {
        return type() == NodeType.FILE;
    }

    boolean isDirectory() {
        return type() == NodeType.DIRECTORY;
    }

    boolean isSymlink() {
        return type() == NodeType.SYMLINK;
    }

    Mode permissions() {
        return Mode.ofBits(mode);
    }

    private static Object of(Map<String, Object> map, String name) {
        return Objects.requireNonNull(map.get(name), name);
    }
}
