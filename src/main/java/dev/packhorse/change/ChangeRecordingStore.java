package dev.packhorse.change;

import dev.packhorse.change.Change.Operation;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.OrderedBody;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import org.jspecify.annotations.Nullable;

/**
 * Records what changes an export, for those who wait for it. An intent is durable before the store publishes anything; it is
 * written while the body streams. Without a subscriber it costs nothing.
 */
final class ChangeRecordingStore extends ForwardingStore {

    private final Outbox outbox;
    private final FsPath export;

    ChangeRecordingStore(Store delegate, Outbox outbox, FsPath export) {
        super(delegate);
        this.outbox = outbox;
        this.export = export;
    }

    /** An operation of the store behind that changes something. */
    @FunctionalInterface
    private interface Action<R> {
        R run(@Nullable Recording recording) throws FsException;
    }

    /** What a failure says of what was done before it. */
    @FunctionalInterface
    private interface Failure {
        boolean leavesNothing(Kind kind);
    }

    private <R> R recorded(Operation operation, FsPath path, @Nullable FsPath target, Failure failure, Action<R> action)
            throws FsException {
        Recording begun =
                delegate().capabilities().has(Capability.WRITE) ? outbox.begin(export, operation, path, target) : null;
        if (begun == null) {
            return action.run(null);
        }
        try (begun) {
            return run(begun, failure, action);
        }
    }

    private static <R> R run(Recording recording, Failure failure, Action<R> action) throws FsException {
        try {
            R result = action.run(recording);
            recording.happened();
            return result;
        } catch (FsException e) {
            FsException refusal = recording.refusal();
            if (refusal != null || failure.leavesNothing(e.kind())) {
                recording.didNotHappen();
            }
            // The store behind knows only that the body failed.
            throw refusal == null ? e : refusal;
        }
    }

    /** One node is done or not; only who does not answer leaves it open. */
    private static boolean isRefusal(Kind kind) {
        return switch (kind) {
            case PRECONDITION_FAILED,
                    STALE,
                    UNSUPPORTED,
                    INVALID_NAME,
                    ALREADY_EXISTS,
                    NOT_FOUND,
                    IS_A_DIRECTORY,
                    NOT_A_DIRECTORY,
                    NOT_EMPTY,
                    PERMISSION_DENIED,
                    TOO_LARGE,
                    NO_SPACE,
                    BUSY -> true;
            case TIMEOUT, UNAVAILABLE, IO -> false;
        };
    }

    /** A directory is removed in parts, and one of them may fail in any way; anything else is still there. */
    private boolean isNotRemoved(FsPath path, Kind kind) {
        return kind == Kind.STALE || kind == Kind.NOT_FOUND || (isRefusal(kind) && look(path) == Sight.FILE);
    }

    /**
     * A tree is copied in parts, and one of them may fail in any way; a move may be a copy with a removal behind it. Nothing is
     * done if nothing is at the target, or a directory where a file was to go.
     */
    private boolean isNotTransferred(FsPath source, FsPath target, boolean overwrite, Kind kind) {
        if (!isRefusal(kind)) {
            return false;
        }
        if (kind == Kind.ALREADY_EXISTS && !overwrite) {
            return true;
        }
        return switch (look(target)) {
            case NOTHING -> true;
            case DIRECTORY -> look(source) == Sight.FILE;
            case FILE, UNKNOWN -> false;
        };
    }

    /** What one look at a path shows; a symlink counts as a file. */
    private enum Sight {
        NOTHING,
        FILE,
        DIRECTORY,
        UNKNOWN
    }

    private Sight look(FsPath path) {
        try {
            return delegate().stat(path).isDirectory() ? Sight.DIRECTORY : Sight.FILE;
        } catch (FsException e) {
            return e.kind() == Kind.NOT_FOUND || e.kind() == Kind.NOT_A_DIRECTORY ? Sight.NOTHING : Sight.UNKNOWN;
        }
    }

    /** An operation that streams nothing: the intent comes first. */
    private <R> R after(@Nullable Recording recording, Action<R> action) throws FsException {
        if (recording != null) {
            recording.await();
        }
        return action.run(recording);
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        return recorded(Operation.WRITE, path, null, ChangeRecordingStore::isRefusal, recording -> {
            if (recording == null) {
                return delegate().write(path, body, options);
            }
            if (body.length() == 0) {
                // Nothing streams, and a store need not open what is empty.
                recording.await();
            }
            return delegate().write(path, new OrderedBody(body, size -> recording.await()), options);
        });
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        return recorded(
                Operation.MAKE_DIRECTORY,
                path,
                null,
                ChangeRecordingStore::isRefusal,
                recording -> after(recording, r -> delegate().makeDirectory(path, options)));
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        return recorded(
                Operation.LINK,
                path,
                null,
                ChangeRecordingStore::isRefusal,
                recording -> after(recording, r -> delegate().link(path, target, options)));
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        return recorded(
                Operation.COPY,
                source,
                target,
                kind -> isNotTransferred(source, target, options.overwrite(), kind),
                recording -> after(recording, r -> delegate().copy(source, target, options)));
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        return recorded(
                Operation.MOVE,
                source,
                target,
                kind -> isNotTransferred(source, target, options.overwrite(), kind),
                recording -> after(recording, r -> delegate().move(source, target, options)));
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        recorded(
                Operation.REMOVE,
                path,
                null,
                kind -> isNotRemoved(path, kind),
                recording -> after(recording, r -> {
                    delegate().remove(path, preconditions);
                    return path;
                }));
    }

    @Override
    public Capabilities capabilities() {
        return delegate().capabilities();
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        return delegate().stat(path);
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        return delegate().list(directory);
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return delegate().walk(directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        return delegate().read(path);
    }

    /** Attributes alone are no change that anybody is told of. */
    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        return delegate().change(path, change, preconditions);
    }

    @Override
    public Space space() throws FsException {
        return delegate().space();
    }

    @Override
    public void close() throws FsException {
        delegate().close();
    }
}
