package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.apache.commons.net.MalformedServerReplyException;
import org.apache.commons.net.ftp.FTPConnectionClosedException;

/**
 * What the server or the network says, as a kind.
 *
 * <p>The codes of RFC 959 are few, and {@code 550} stands for nearly everything: whether something is missing or forbidden is
 * never read from it but found out by {@link Lookup}. What arrives here as {@code 550} is there, and not allowed. The texts
 * only tell a full disk, for which many servers use a code of something else.
 */
final class FtpErrors {

    private FtpErrors() {}

    /** The failure as the caller sees it; one that has a kind already keeps it. */
    static FsException of(IOException failure, String operation, FsPath path) {
        return failure instanceof FsException known ? known : new FsException(kind(failure), operation, path, failure);
    }

    static Kind kind(IOException failure) {
        if (failure instanceof RefusedException refused) {
            return kind(refused.reply());
        }
        // A server that connects and says nothing is one inside a plain IOException of commons-net.
        if (failure instanceof SocketTimeoutException || failure.getCause() instanceof SocketTimeoutException) {
            return Kind.TIMEOUT;
        }
        if (failure instanceof SocketException
                || failure instanceof UnknownHostException
                || failure instanceof FTPConnectionClosedException
                || failure instanceof MalformedServerReplyException
                || failure instanceof SSLException
                || failure instanceof EOFException) {
            return Kind.UNAVAILABLE;
        }
        return Kind.IO;
    }

    private static Kind kind(Reply reply) {
        String text = reply.text().toLowerCase(Locale.ROOT);
        if (text.contains("no space") || text.contains("quota") || text.contains("disk full")) {
            return Kind.NO_SPACE;
        }
        return switch (reply.code()) {
            case 421, 425, 426, 434 -> Kind.UNAVAILABLE;
            case 450 -> Kind.BUSY;
            case 452, 552 -> Kind.NO_SPACE;
            case 500, 501, 502, 504 -> Kind.UNSUPPORTED;
            case 430, 530, 532, 533, 534, 550 -> Kind.PERMISSION_DENIED;
            case 553 -> text.contains("name") ? Kind.INVALID_NAME : Kind.PERMISSION_DENIED;
            default -> Kind.IO;
        };
    }

    /** Tells whether the connection is of no more use, as opposed to a command that failed. */
    static boolean isConnectionLost(IOException failure) {
        return !(failure instanceof FsException) && !(failure instanceof RefusedException);
    }
}
