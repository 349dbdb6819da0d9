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
import java.util.function.Consumer;
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
        end(ids -> {
            for (int i = 0; i < drafts.size(); i++) {
                committer.delete(drafts.get(i).subscriber(), ids[i], () -> {});
            }
        });
    }

    private void settle(boolean lookAgain) {
        end(ids -> {
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < drafts.size(); i++) {
                outcomes.add(new Outcome(ids[i], drafts.get(i), lookAgain));
            }
            committer.settle(outcomes);
        });
    }

    /** Ends it; what is to be done comes when it is written down, which may be now. */
    private void end(Consumer<long[]> written) {
        settled = true;
        inFlight.end(this);
        CompletableFuture<long[]> unused = ids.whenComplete((numbers, failure) -> {
            if (numbers != null) {
                written.accept(numbers);
            } else {
                drafts.forEach(draft -> draft.subscriber().backlog().decrementAndGet());
            }
        });
    }

    @Override
    public void close() {
        if (!settled) {
            settle(true);
        }
    }
}
