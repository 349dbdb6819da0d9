package dev.packhorse.store.replay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.wire.replay.ReplayStatus;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** What the device or the network says, as a kind. What is not known is {@code IO}, and so is a change nobody knows the end of. */
final class ReplayErrors {

    private ReplayErrors() {}

    /** The failure as the caller sees it; one that has a kind already keeps it. */
    static FsException of(IOException failure, String operation, FsPath path) {
        return failure instanceof FsException known ? known : new FsException(kind(failure), operation, path, failure);
    }

    static Kind kind(IOException failure) {
        if (failure instanceof FsException known) {
            return known.kind();
        }
        if (failure instanceof StatusException refused) {
            return kind(refused.status());
        }
        if (failure instanceof BusyException) {
            return Kind.BUSY;
        }
        if (failure instanceof SocketTimeoutException) {
            return Kind.TIMEOUT;
        }
        if (failure instanceof LostException
                || failure instanceof SocketException
                || failure instanceof UnknownHostException
                || failure instanceof ClosedChannelException
                || failure instanceof InterruptedIOException) {
            return Kind.UNAVAILABLE;
        }
        return Kind.IO;
    }

    private static Kind kind(@Nullable ReplayStatus status) {
        if (status == null) {
            return Kind.IO;
        }
        return switch (status) {
            case NO_SUCH_FILE, INVALID_ID -> Kind.NOT_FOUND;
            case FILE_EXISTS -> Kind.ALREADY_EXISTS;
            case NO_PERMISSION -> Kind.PERMISSION_DENIED;
            case OK, NO_VOLUME, BAD_REQUEST -> Kind.IO;
        };
    }

    static boolean isMissing(IOException failure) {
        return failure instanceof StatusException refused && refused.is(ReplayStatus.NO_SUCH_FILE);
    }
}
