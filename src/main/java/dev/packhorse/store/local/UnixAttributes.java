package dev.packhorse.store.local;

import dev.packhorse.fs.Owner;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code lstat} at the cost of the system call.
 *
 * <p>The attributes that the JDK returns on Unix hold mode, inode, user and group as numbers, but show them only through the
 * map of {@code "unix:..."}, which costs twice the system call (2.1 of 3.3 microseconds; a listing is made of little else).
 * The package of that class is opened by {@code Add-Opens} in the manifest of the packaged application. Where it is not, or
 * where the class is another, {@link #AVAILABLE} is false and the map does.
 */
final class UnixAttributes {

    private static final @Nullable MethodHandle MODE = accessor("mode", int.class);
    private static final @Nullable MethodHandle INO = accessor("ino", long.class);
    private static final @Nullable MethodHandle UID = accessor("uid", int.class);
    private static final @Nullable MethodHandle GID = accessor("gid", int.class);

    static final boolean AVAILABLE = MODE != null && INO != null && UID != null && GID != null;

    private UnixAttributes() {}

    static Inode read(Path path) throws IOException {
        return inode(Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    }

    /** The entry of an open directory, by its name: the kernel walks no path, and nobody can move the directory away. */
    static Inode read(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        return inode(directory
                .getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes());
    }

    private static Inode inode(PosixFileAttributes attributes) {
        try {
            return new Inode(
                    (int) Objects.requireNonNull(MODE).invokeExact(attributes),
                    (long) Objects.requireNonNull(INO).invokeExact(attributes),
                    attributes.fileKey(),
                    new Owner(
                            Integer.toUnsignedLong(
                                    (int) Objects.requireNonNull(UID).invokeExact(attributes)),
                            Integer.toUnsignedLong(
                                    (int) Objects.requireNonNull(GID).invokeExact(attributes))),
                    attributes.size(),
                    attributes.lastModifiedTime().toInstant());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a getter failed", e);
        }
    }

    private static @Nullable MethodHandle accessor(String name, Class<?> type) {
        try {
            Class<?> attributes = Class.forName("sun.nio.fs.UnixFileAttributes");
            return MethodHandles.privateLookupIn(attributes, MethodHandles.lookup())
                    .findVirtual(attributes, name, MethodType.methodType(type))
                    .asType(MethodType.methodType(type, PosixFileAttributes.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
