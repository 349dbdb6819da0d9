package dev.packhorse.store.local;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the operating system says, as a kind.
 *
 * <p>The JDK has classes for few errors and hands on the text of {@code strerror} for the others. The texts are those of
 * glibc and musl in the C locale of messages, which the JVM keeps.
 */
final class LocalErrors {

    private static final Map<String, Kind> REASONS = Map.ofEntries(
            Map.entry("No space left on device", Kind.NO_SPACE),
            Map.entry("Disk quota exceeded", Kind.NO_SPACE),
            Map.entry("Quota exceeded", Kind.NO_SPACE),
            Map.entry("File too large", Kind.TOO_LARGE),
            Map.entry("File name too long", Kind.INVALID_NAME),
            Map.entry("Filename too long", Kind.INVALID_NAME),
            Map.entry("Invalid or incomplete multibyte or wide character", Kind.INVALID_NAME),
            Map.entry("Invalid argument", Kind.INVALID_NAME),
            Map.entry("Not a directory", Kind.NOT_A_DIRECTORY),
            Map.entry("Is a directory", Kind.IS_A_DIRECTORY),
            Map.entry("Directory not empty", Kind.NOT_EMPTY),
            Map.entry("File exists", Kind.ALREADY_EXISTS),
            Map.entry("No such file or directory", Kind.NOT_FOUND),
            Map.entry("Too many levels of symbolic links", Kind.NOT_FOUND),
            Map.entry("Symbolic link loop", Kind.NOT_FOUND),
            Map.entry("Permission denied", Kind.PERMISSION_DENIED),
            Map.entry("Operation not permitted", Kind.PERMISSION_DENIED),
            Map.entry("Read-only file system", Kind.PERMISSION_DENIED),
            Map.entry("Device or resource busy", Kind.BUSY),
            Map.entry("Resource busy", Kind.BUSY),
            Map.entry("Text file busy", Kind.BUSY),
            Map.entry("Too many open files", Kind.UNAVAILABLE),
            Map.entry("No file descriptors available", Kind.UNAVAILABLE),
            Map.entry("Too many open files in system", Kind.UNAVAILABLE),
            Map.entry("Stale file handle", Kind.UNAVAILABLE),
            Map.entry("Transport endpoint is not connected", Kind.UNAVAILABLE),
            Map.entry("Host is down", Kind.UNAVAILABLE),
            Map.entry("Connection timed out", Kind.TIMEOUT));

    private LocalErrors() {}

    /** The failure as the caller sees it; one that has a kind already keeps it. */
    static FsException of(Exception failure, String operation, FsPath path) {
        return failure instanceof FsException known ? known : new FsException(kind(failure), operation, path, failure);
    }

    static Kind kind(Exception failure) {
        if (failure instanceof NoSuchFileException || failure instanceof FileNotFoundException) {
            return Kind.NOT_FOUND;
        }
        if (failure instanceof FileAlreadyExistsException) {
            return Kind.ALREADY_EXISTS;
        }
        if (failure instanceof DirectoryNotEmptyException) {
            return Kind.NOT_EMPTY;
        }
        if (failure instanceof NotDirectoryException) {
            return Kind.NOT_A_DIRECTORY;
        }
        if (failure instanceof AccessDeniedException) {
            return Kind.PERMISSION_DENIED;
        }
        if (failure instanceof FileSystemLoopException || failure instanceof NotLinkException) {
            return Kind.NOT_FOUND;
        }
        if (failure instanceof InvalidPathException) {
            return Kind.INVALID_NAME;
        }
        if (failure instanceof ClosedByInterruptException) {
            return Kind.UNAVAILABLE;
        }
        return kind(failure instanceof FileSystemException named ? named.getReason() : failure.getMessage());
    }

    private static Kind kind(@Nullable String reason) {
        if (reason == null) {
            return Kind.IO;
        }
        // Some callers of the JDK add to the text: "Too many levels of symbolic links or unable to access attributes of
        // ...".
        Kind exact = REASONS.get(reason);
        if (exact != null) {
            return exact;
        }
        return reason.startsWith("Too many levels of symbolic links") ? Kind.NOT_FOUND : Kind.IO;
    }

    /** Tells whether the file system does not allow something, or does not have it. */
    static boolean isRefusal(IOException failure) {
        if (kind(failure) == Kind.PERMISSION_DENIED) {
            return true;
        }
        String reason = failure instanceof FileSystemException named ? named.getReason() : failure.getMessage();
        return reason != null && reason.contains("not supported");
    }
}
