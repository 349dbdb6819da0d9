package dev.packhorse.policy.cache;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Questions that are on their way to the store. Who asks for a path that somebody asks for already waits for that answer,
 * unless the path has been changed since that question was put.
 *
 * @param <R> the answer
 */
final class Flights<R> {

    /** Puts the question. */
    @FunctionalInterface
    interface Question<R> {
        R ask(Moment moment) throws FsException;
    }

    private static final class Flight<R> {
        final Moment asked;
        /** {@code null} if whoever asked has given up, which says nothing about the store. */
        final CompletableFuture<@Nullable R> answer = new CompletableFuture<>();

        Flight(Moment asked) {
            this.asked = asked;
        }
    }

    private final ConcurrentMap<FsPath, Flight<R>> flights = new ConcurrentHashMap<>();
    private final Changes changes;
    private final String operation;
    private final BiPredicate<FsPath, Moment> holds;

    Flights(Changes changes, String operation, BiPredicate<FsPath, Moment> holds) {
        this.changes = changes;
        this.operation = operation;
        this.holds = holds;
    }

    R join(FsPath path, Question<R> question) throws FsException {
        while (true) {
            Flight<R> mine = new Flight<>(changes.moment());
            Flight<R> flight = flights.merge(path, mine, (old, fresh) -> holds.test(path, old.asked) ? old : fresh);
            if (flight == mine) {
                return fly(path, mine, question);
            }
            R answer = await(path, flight);
            if (answer != null) {
                return answer;
            }
        }
    }

    private R fly(FsPath path, Flight<R> flight, Question<R> question) throws FsException {
        R answer = null;
        FsException failure = null;
        try {
            answer = question.ask(flight.asked);
            return answer;
        } catch (FsException e) {
            // An interrupt is meant for one of those who wait.
            failure = Thread.currentThread().isInterrupted() ? null : e;
            throw e;
        } finally {
            flights.remove(path, flight);
            if (failure != null) {
                flight.answer.completeExceptionally(failure);
            } else {
                flight.answer.complete(answer);
            }
        }
    }

    private @Nullable R await(FsPath path, Flight<R> flight) throws FsException {
        try {
            return flight.answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof FsException failure) {
                throw failure;
            }
            throw new FsException(FsException.Kind.IO, operation, path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(FsException.Kind.TIMEOUT, operation, path, e);
        }
    }
}
