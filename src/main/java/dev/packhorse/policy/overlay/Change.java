package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.Closeable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change of a store and its rows: its turn, and its intent while it has one. Closed with an intent that was not finished,
 * because the store or the database failed, it looks at the store what came of it.
 */
final class Change implements Closeable {

    private static final Logger LOG = System.getLogger(Change.class.getName());

    private final Journal journal;
    private final String operation;
    private final List<FsPath> paths;
    private PathLocks.@Nullable Turn turn;
    private @Nullable Intent intent;

    /** A change that has not begun. Paths are those of the store. */
    Change(Journal journal, String operation, FsPath... paths) {
        this.journal = journal;
        this.operation = operation;
        this.paths = List.of(paths);
    }

    String operation() {
        return operation;
    }

    /** What failures name. */
    FsPath path() {
        return paths.get(0);
    }

    List<FsPath> paths() {
        return paths;
    }

    /**
     * Waits for others in this process that change the same paths.
     *
     * @throws FsException {@code BUSY}
     */
    Change begin() throws FsException {
        turn = journal.nodes().locks().await(paths, StoreNodes.PATIENCE, operation);
        return this;
    }

    boolean hasBegun() {
        return turn != null;
    }

    /** Lets others go first while something is done. */
    void yieldTo(Settling settling) throws FsException {
        endTurn();
        settling.run();
        begin();
    }

    /** What another has to be helped with. */
    interface Settling {
        void run() throws FsException;
    }

    /** Keeps other gateways away from the paths, so that what the store shows from now on holds until the end. */
    void reserve() throws FsException {
        if (journal.nodes().table().isShared()) {
            intent = journal.alone(
                    this,
                    connection -> journal.intent(
                            Intent.Operation.RESERVE,
                            path(),
                            paths.size() > 1 ? paths.get(1) : null,
                            AttributeChange.NONE,
                            null,
                            -1));
        }
    }

    /** Decides in a transaction, alone with the rows of its paths; there is an intent if one comes out. */
    void plan(Journal.Plan plan) throws FsException {
        Intent reserved = intent;
        intent = reserved == null ? journal.alone(this, plan) : journal.instead(reserved, operation, plan);
    }

    /** What {@link #plan} has written down; {@code null} for nothing. */
    @Nullable
    Intent intent() {
        return intent;
    }

    /** Changes the rows when the store is changed. */
    void finish(StoreNodes.Deed step) throws FsException {
        Intent planned = intent;
        if (planned != null) {
            journal.finish(planned, operation, step);
            intent = null;
        }
    }

    @Override
    public void close() {
        Intent left = intent;
        if (left != null && turn != null) {
            try {
                journal.settleInTurn(left);
            } catch (FsException e) {
                LOG.log(Level.WARNING, "a failed change is settled later: " + e.getMessage());
            }
        }
        endTurn();
    }

    private void endTurn() {
        PathLocks.Turn held = turn;
        if (held != null) {
            journal.nodes().locks().end(held);
            turn = null;
        }
    }
}
