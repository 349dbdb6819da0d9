package dev.packhorse.store.sftp;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.Locale;
import java.util.Map;

/**
 * What the server says, as a kind.
 *
 * <p>Version 3 has eight codes, and most of what goes wrong is {@code SSH_FX_FAILURE}. OpenSSH says no more; ProFTPD and MINA
 * send the text of {@code strerror} or of the JDK along. Servers that use the codes of later versions anyway are understood.
 * Only the answer {@code SSH_FX_NO_SUCH_FILE} is {@code NOT_FOUND}; a lost connection never is.
 */
final class SftpErrors {

    private static final Map<String, Kind> TEXTS = Map.ofEntries(
            Map.entry("no space left", Kind.NO_SPACE),
            Map.entry("quota exceeded", Kind.NO_SPACE),
            Map.entry("file too large", Kind.TOO_LARGE),
            Map.entry("name too long", Kind.INVALID_NAME),
            Map.entry("not empty", Kind.NOT_EMPTY),
            Map.entry("file exists", Kind.ALREADY_EXISTS),
            Map.entry("already exists", Kind.ALREADY_EXISTS),
            Map.entry("not a directory", Kind.NOT_A_DIRECTORY),
            Map.entry("is a directory", Kind.IS_A_DIRECTORY),
            Map.entry("read-only file system", Kind.PERMISSION_DENIED),
            Map.entry("permission denied", Kind.PERMISSION_DENIED),
            Map.entry("not permitted", Kind.PERMISSION_DENIED),
            Map.entry("busy", Kind.BUSY),
            Map.entry("too many open", Kind.UNAVAILABLE));

    private SftpErrors() {}

    /** The failure as the caller sees it; one that has a kind already keeps it. */
    static FsException of(IOException failure, String operation, FsPath path) {
        return failure instanceof FsException known ? known : new FsException(kind(failure), operation, path, failure);
    }

    static Kind kind(IOException failure) {
        if (failure instanceof FsException known) {
            return known.kind();
        }
        if (failure instanceof StatusException status) {
            return kind(status);
        }
        if (failure instanceof SocketTimeoutException) {
            return Kind.TIMEOUT;
        }
        if (failure instanceof ConnectionLostException
                || failure instanceof Directory.VanishedException
                || failure instanceof InterruptedIOException) {
            return Kind.UNAVAILABLE;
        }
        return Kind.IO;
    }

    private static Kind kind(StatusException status) {
        return switch (status.code()) {
            case StatusException.NO_SUCH_FILE, 10 -> Kind.NOT_FOUND; // 10: SSH_FX_NO_SUCH_PATH
            case StatusException.PERMISSION_DENIED, 12 -> Kind.PERMISSION_DENIED; // 12: SSH_FX_WRITE_PROTECT
            case 5, 20 -> Kind.INVALID_NAME; // OpenSSH's answer to ENAMETOOLONG and EINVAL; SSH_FX_INVALID_FILENAME
            case 6, 7 -> Kind.UNAVAILABLE; // SSH_FX_NO_CONNECTION, SSH_FX_CONNECTION_LOST: the server's own back end
            case 8 -> Kind.UNSUPPORTED;
            case 11 -> Kind.ALREADY_EXISTS;
            case 14, 15 -> Kind.NO_SPACE; // SSH_FX_NO_SPACE_ON_FILESYSTEM, SSH_FX_QUOTA_EXCEEDED
            case 17 -> Kind.BUSY; // SSH_FX_LOCK_CONFLICT
            case 18 -> Kind.NOT_EMPTY;
            case 19 -> Kind.NOT_A_DIRECTORY;
            case 21 -> Kind.NOT_FOUND; // SSH_FX_LINK_LOOP
            case 24 -> Kind.IS_A_DIRECTORY;
            default -> kind(String.valueOf(status.getMessage()).toLowerCase(Locale.ROOT));
        };
    }

    private static Kind kind(String text) {
        for (Map.Entry<String, Kind> entry : TEXTS.entrySet()) {
            if (text.contains(entry.getKey())) {
                return entry.getValue();
            }
        }
        return Kind.IO;
    }

    static boolean isMissing(IOException failure) {
        return kind(failure) == Kind.NOT_FOUND;
    }
}
