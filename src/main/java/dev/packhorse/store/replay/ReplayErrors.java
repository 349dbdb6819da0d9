package dev.packhorse.store.replay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.wire.replay.ReplayStatus;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** What the device or the network says, as a kind. */
final class ReplayErrors {

    private ReplayErrors() {}

    /** The failure as the caller sees it; one that has a kind already keeps it. */
    static FsException of(IOException failure, String operation, FsPath path) {
        return failure instanceof FsException known ? known : new FsException(kind(failure), operation, path, failure);
    }

    private static Kind kind(IOException failure) {
        if (failure instanceof GuideStatusException refused && refused.status() == ReplayStatus.INVALID_ID) {
            return Kind.NOT_FOUND;
        }
        if (failure instanceof SocketTimeoutException) {
            return Kind.TIMEOUT;
        }
        return failure instanceof SocketException ? Kind.UNAVAILABLE : Kind.IO;
    }
}
