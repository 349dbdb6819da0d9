package dev.packhorse.change;

import dev.packhorse.change.ChangeRows.Draft;
import dev.packhorse.change.ChangeRows.Outcome;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One operation that is being recorded: {@link #await} before the store is touched, then {@link #happened} or
 * {@link #didNotHappen}. Closed without either, nobody knows, and the change is delivered as one to look at again.
 */
final class Recording implements Closeable {

    private final Committer committer;
    private final InFlight inFlight;
    private final List<Draft> drafts;
    private final CompletableFuture<long[]> ids;
    private volatile boolean contested;
    private @Nullable FsException refusal;
    private boolean settled;

    /** Begins to write down what is about to happen; the drafts are one for each subscriber, of the same change. */
    Recording(Committer committer, InFlight inFlight, List<Draft> drafts) {
        this.committer = committer;
        this.inFlight = inFlight;
        this.drafts = drafts;
        inFlight.begin(this);
        this.ids = committer.intend(drafts, this);
    }

    List<FsPath> changed() {
        return drafts.get(0).changed();
    }

    boolean isOf(FsPath export) {
        return drafts.get(0).subscriber().export().equals(export);
    }

    /** The order of this and another operation is unknown. */
    void contest() {
        contested = true;
    }

    /**
     * Waits until what is about to happen is written down. May be called more than once.
     *
     * @throws FsException {@code UNAVAILABLE} if it is not, so that it must not happen
     */
    synchronized void await() throws FsException {
        if (refusal != null) {
            throw refusal;
        }
        try {
            ids.get();
        } catch (ExecutionException e) {
            throw refused(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused(e);
        }
    }

    private FsException refused(@Nullable Throwable cause) {
        Draft draft = drafts.get(0);
        FsException refused =
                new FsException(Kind.UNAVAILABLE, draft.operation().word(), draft.path(), cause);
        refusal = refused;
        return refused;
    }

    /** Why {@link #await} failed; {@code null} if it has not. */
    synchronized @Nullable FsException refusal() {
        return refusal;
    }

    /** The store has done it. */
    void happened() {
        settle(contested);
    }

    /** The store has refused it, and nothing is changed. */
    void didNotHappen() {
        end();
        ids.whenComplete((numbers, failure) -> {
            for (int i = 0; i < drafts.size(); i++) {
                if (numbers == null) {
                    drafts.get(i).subscriber().backlog().decrementAndGet();
                } else {
                    committer.delete(drafts.get(i).subscriber(), numbers[i], () -> {});
                }
            }
        });
    }

    private void settle(boolean lookAgain) {
        end();
        ids.whenComplete((numbers, failure) -> {
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < drafts.size(); i++) {
                if (numbers == null) {
                    drafts.get(i).subscriber().backlog().decrementAndGet();
                } else {
                    outcomes.add(new Outcome(numbers[i], drafts.get(i), lookAgain));
                }
            }
            if (!outcomes.isEmpty()) {
                committer.settle(outcomes);
            }
        });
    }

    private void end() {
        settled = true;
        inFlight.end(this);
    }

    @Override
    public void close() {
        if (!settled) {
            settle(true);
        }
    }
}
