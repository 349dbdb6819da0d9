package dev.packhorse.policy.observe;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One operation from its beginning to its line. What it has opened may be used by several threads, one after the other. */
final class Observed {

    /** A part of the operation. */
    @FunctionalInterface
    interface Action<R> {
        R run() throws FsException;
    }

    private final AuditLog log;
    private final Origin origin;
    private final String operation;
    private final FsPath path;
    private final @Nullable FsPath target;
    private final long began = System.nanoTime();
    private final AtomicLong bytes = new AtomicLong(AuditLine.NONE);
    private final AtomicLong entries = new AtomicLong(AuditLine.NONE);
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile @Nullable Kind failure;

    Observed(AuditLog log, Origin origin, String operation, FsPath path, @Nullable FsPath target) {
        this.log = log;
        this.origin = origin;
        this.operation = operation;
        this.path = path;
        this.target = target;
    }

    /** Does something of the operation, which fails if that does. */
    <R> R run(Action<R> action) throws FsException {
        try {
            return action.run();
        } catch (FsException e) {
            failed(e.kind());
            throw e;
        } catch (RuntimeException | Error e) {
            failed(Kind.IO);
            throw e;
        }
    }

    /** The first failure is that of the operation. */
    void failed(Kind kind) {
        if (failure == null) {
            failure = kind;
        }
    }

    boolean hasFailed() {
        return failure != null;
    }

    boolean isDenied() {
        return failure == Kind.PERMISSION_DENIED;
    }

    void countBytes(long more) {
        add(bytes, more);
    }

    void countEntries(long more) {
        add(entries, more);
    }

    private static void add(AtomicLong count, long more) {
        count.updateAndGet(known -> Math.max(0, known) + more);
    }

    /** What a change ends with whose line cannot be handed over. */
    FsException refusal() {
        return new FsException(Kind.UNAVAILABLE, operation, path);
    }

    /** Writes the line, once, without waiting for it. */
    void end() {
        if (ended.compareAndSet(false, true)) {
            log.add(line());
        }
    }

    AuditLine line() {
        Kind kind = failure;
        return new AuditLine.Operation(
                log.millis(),
                origin,
                operation,
                path.toString(),
                target == null ? null : target.toString(),
                bytes.get(),
                entries.get(),
                kind == null ? AuditLine.OK : AuditLine.status(kind),
                System.nanoTime() - began);
    }
}
