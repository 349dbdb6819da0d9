package dev.packhorse.store.vfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.http.WebErrors;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.util.List;
import java.util.Map;
import org.apache.commons.vfs2.FileNotFolderException;
import org.apache.commons.vfs2.FileNotFoundException;
import org.apache.commons.vfs2.FileTypeHasNoContentException;
import org.jspecify.annotations.Nullable;

/** What providers and libraries throw, as a kind, with causes that hold no secret. */
final class VfsErrors {

    /** Texts of {@code strerror} (glibc) that the JDK hands on, and of Commons VFS. */
    private static final Map<String, Kind> TEXTS = Map.of(
            "No space left on device", Kind.NO_SPACE,
            "Disk quota exceeded", Kind.NO_SPACE,
            "File too large", Kind.TOO_LARGE,
            "File name too long", Kind.INVALID_NAME,
            "Not a directory", Kind.NOT_A_DIRECTORY,
            "Is a directory", Kind.IS_A_DIRECTORY,
            "Read-only file system", Kind.PERMISSION_DENIED,
            "Operation not permitted", Kind.PERMISSION_DENIED,
            "Directory not empty", Kind.NOT_EMPTY,
            "Too many open files", Kind.UNAVAILABLE);

    private final List<String> secrets;

    /**
     * For one store.
     *
     * @param secret what no message may show, beside the user information of URIs, as it stands in a URI
     */
    VfsErrors(@Nullable String secret) {
        // Of one or two letters it would blot out half of a text; where it stands in a URI it is masked anyway.
        this.secrets = secret == null || secret.length() < 3 ? List.of() : List.of(secret, decoded(secret));
    }

    private static String decoded(String secret) {
        try {
            return VfsUri.decoded(secret);
        } catch (IllegalArgumentException e) {
            return secret;
        }
    }

    /** The failure as the caller sees it. */
    FsException of(Exception failure, String operation, FsPath path) {
        return new FsException(kind(failure), operation, path, masked(failure, 0));
    }

    static Kind kind(Throwable failure) {
        Kind found = null;
        int depth = 0;
        // The deepest cause that says something knows best; what a body or a store has decided stands.
        for (Throwable cause = failure; cause != null && depth < 20; cause = cause.getCause(), depth++) {
            if (cause instanceof FsException known) {
                return known.kind();
            }
            Kind kind = own(cause);
            found = kind == null ? found : kind;
        }
        return found == null ? Kind.IO : found;
    }

    private static @Nullable Kind own(Throwable cause) {
        Kind lost = WebErrors.lost(cause);
        if (lost != null) {
            return lost;
        }
        if (cause instanceof NoSuchFileException
                || cause instanceof java.io.FileNotFoundException
                || cause instanceof FileNotFoundException
                || cause instanceof FileSystemLoopException
                || cause instanceof NotLinkException) {
            return Kind.NOT_FOUND;
        }
        if (cause instanceof NotDirectoryException || cause instanceof FileNotFolderException) {
            return Kind.NOT_A_DIRECTORY;
        }
        if (cause instanceof FileTypeHasNoContentException) {
            return Kind.IS_A_DIRECTORY;
        }
        if (cause instanceof AccessDeniedException) {
            return Kind.PERMISSION_DENIED;
        }
        if (cause instanceof FileAlreadyExistsException) {
            return Kind.ALREADY_EXISTS;
        }
        if (cause instanceof DirectoryNotEmptyException) {
            return Kind.NOT_EMPTY;
        }
        if (cause instanceof InvalidPathException) {
            return Kind.INVALID_NAME;
        }
        if (cause instanceof org.apache.commons.vfs2.FileSystemException vfs) {
            String code = String.valueOf(vfs.getCode());
            return code.endsWith("/login.error") ? Kind.PERMISSION_DENIED : null;
        }
        String text = cause instanceof FileSystemException named ? named.getReason() : cause.getMessage();
        if (text != null && text.startsWith("FileSystem capacity")) {
            return Kind.NO_SPACE;
        }
        return text == null ? null : TEXTS.get(text);
    }

    /** The same failure with the same trace, as text without secrets: names of files print passwords, and some keys. */
    private IOException masked(Throwable failure, int depth) {
        Throwable cause = failure.getCause();
        IOException masked = new IOException(
                masked(failure.toString()), cause == null || depth == 10 ? null : masked(cause, depth + 1));
        masked.setStackTrace(failure.getStackTrace());
        return masked;
    }

    /** A text without secrets. */
    String masked(String text) {
        String known = text;
        for (String secret : secrets) {
            known = known.replace(secret, "***");
        }
        return VfsUri.masked(known);
    }
}
