package dev.packhorse.change;

import dev.packhorse.change.Change.Operation;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
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

    private <R> R recorded(Operation operation, FsPath path, @Nullable FsPath target, Action<R> action)
            throws FsException {
        Recording begun =
                delegate().capabilities().has(Capability.WRITE) ? outbox.begin(export, operation, path, target) : null;
        if (begun == null) {
            return action.run(null);
        }
        try (begun) {
            return run(begun, operation, action);
        }
    }

    private static <R> R run(Recording recording, Operation operation, Action<R> action) throws FsException {
        try {
            R result = action.run(recording);
            recording.happened();
            return result;
        } catch (FsException e) {
            FsException refusal = recording.refusal();
            if (refusal != null || leavesNothing(operation, e.kind())) {
                recording.didNotHappen();
            }
            // The store behind knows only that the body failed.
            throw refusal == null ? e : refusal;
        }
    }

    /** Whether a failure says that nothing has changed: a tree may be done in part. */
    private static boolean leavesNothing(Operation operation, FsException.Kind kind) {
        boolean inParts = operation == Operation.COPY || operation == Operation.REMOVE;
        return switch (kind) {
            case PRECONDITION_FAILED, STALE, UNSUPPORTED, INVALID_NAME, ALREADY_EXISTS, NOT_FOUND -> true;
            case IS_A_DIRECTORY, NOT_A_DIRECTORY, NOT_EMPTY, PERMISSION_DENIED, TOO_LARGE, NO_SPACE, BUSY -> !inParts;
            case TIMEOUT, UNAVAILABLE, IO -> false;
        };
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
        return recorded(Operation.WRITE, path, null, recording -> {
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
                recording -> after(recording, r -> delegate().makeDirectory(path, options)));
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        return recorded(
                Operation.LINK,
                path,
                null,
                recording -> after(recording, r -> delegate().link(path, target, options)));
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        return recorded(
                Operation.COPY,
                source,
                target,
                recording -> after(recording, r -> delegate().copy(source, target, options)));
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        return recorded(
                Operation.MOVE,
                source,
                target,
                recording -> after(recording, r -> delegate().move(source, target, options)));
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        recorded(
                Operation.REMOVE,
                path,
                null,
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
