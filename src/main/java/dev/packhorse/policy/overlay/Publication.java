package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/**
 * A file, or a symlink of the store's own, on its way to its path: what its row will be is decided when the body has ended and
 * the store has not published it yet. {@link #begin} may come from another thread than the rest: from whoever reads the body.
 */
final class Publication implements Closeable {

    private final String operation;
    private final Journal journal;
    private final NodeView view;
    private final NodeView.Sight sight;
    private final AttributeChange given;
    private final Preconditions preconditions;
    private final Change change;
    private AttributeChange kept = AttributeChange.NONE;
    private @Nullable FsException failure;
    private boolean begun;
    private boolean closed;

    /**
     * A publication that has not begun.
     *
     * @param given the attributes that the store does not keep
     */
    Publication(
            String operation,
            Journal journal,
            NodeView view,
            NodeView.Sight sight,
            AttributeChange given,
            Preconditions preconditions) {
        this.operation = operation;
        this.journal = journal;
        this.view = view;
        this.sight = sight;
        this.given = given;
        this.preconditions = preconditions;
        this.change = new Change(journal, operation, sight.real());
    }

    /**
     * Takes the turn of the path, and writes the intent if a row is concerned. A second call does nothing.
     *
     * @param size how many bytes the store is about to publish
     */
    synchronized void begin(long size) throws FsException {
        if (failure != null) {
            throw failure;
        }
        if (begun) {
            return;
        }
        try {
            if (closed) {
                throw new FsException(Kind.IO, operation, sight.path());
            }
            change.begin();
            if (!given.isEmpty() || journal.nodes().hasRows(operation)) {
                plan(size);
            }
            begun = true;
        } catch (FsException e) {
            failure = e;
            throw e;
        }
    }

    private void plan(long size) throws FsException {
        change.reserve();
        Node before = view.statOrNull(sight.real());
        if (before != null && before.isDirectory()) {
            // The store says so.
            return;
        }
        change.plan(connection -> {
            NodeRow row = journal.nodes().rows(connection).find(sight.real());
            preconditions.check(view.current(before, row, sight.path()), operation, sight.path());
            AttributeChange old = before != null && before.isFile()
                    ? NodeRow.withoutTime(view.stillNeeded(NodeRow.keptOf(row, before)))
                    : AttributeChange.NONE;
            kept = NodeRow.over(old, given);
            return row == null && kept.isEmpty()
                    ? null
                    : journal.intent(Intent.Operation.WRITE, sight.real(), null, kept, before, size);
        });
    }

    /**
     * The rows follow.
     *
     * @param node what the store has published
     * @return the node as callers see it
     */
    synchronized Node published(Node node) throws FsException {
        if (!begun) {
            throw new FsException(
                    Kind.IO,
                    operation,
                    sight.path(),
                    new IllegalStateException("the store has published a body without reading it to its end"));
        }
        change.finish(journal.keep(sight.real(), node, kept));
        return view.merge(node, NodeRow.of(sight.real(), node, kept)).at(sight.path());
    }

    /** Why {@link #begin} failed; {@code null} if it has not. */
    synchronized @Nullable FsException failure() {
        return failure;
    }

    @Override
    public synchronized void close() {
        closed = true;
        change.close();
    }
}
