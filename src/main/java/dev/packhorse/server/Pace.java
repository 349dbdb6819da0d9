package dev.packhorse.server;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** When the next piece of a response may leave: when those have room whose bytes it counts among. No thread waits for that. */
final class Pace {

    private final Channel channel;
    private final Bucket one;
    private final @Nullable Bucket other;

    /** Room that was taken and not yet used; of one thread after the other. */
    private long credit;

    /** What runs when the time has come, and the timer of that; both on the event loop only. */
    private @Nullable Runnable waiting;

    private @Nullable Future<?> timer;

    private Pace(Channel channel, Bucket one, @Nullable Bucket other) {
        this.channel = channel;
        this.one = one;
        this.other = other;
    }

    /** The pace that one or two buckets set; {@code null} for none. */
    static @Nullable Pace of(Channel channel, @Nullable Bucket one, @Nullable Bucket other) {
        if (one != null) {
            return new Pace(channel, one, other);
        }
        return other == null ? null : new Pace(channel, other, null);
    }

    /** How many bytes to send at a time. */
    int piece() {
        return other == null ? one.piece() : Math.min(one.piece(), other.piece());
    }

    /** Takes room for a piece. Returns the nanoseconds until it may leave. */
    long take(int bytes) {
        long now = System.nanoTime();
        long wait = one.take(bytes, now);
        return other == null ? wait : Math.max(wait, other.take(bytes, now));
    }

    /**
     * Takes room for the next pieces of something whose pieces are made by others, unless there is some left. Each who waits gets the
     * same room, whatever the size of its pieces; what is more than that is set off against the next.
     *
     * @param most bytes that are still to come
     * @return the nanoseconds until the next may leave; 0 for now
     */
    long advance(long most) {
        if (credit > 0 || most <= 0) {
            return 0;
        }
        int room = (int) Math.min(most, piece());
        credit += room;
        return take(room);
    }

    /** Uses the room that {@link #advance} took. */
    void spend(int bytes) {
        credit -= bytes;
    }

    /** Nothing more will leave: others may have the room that is left. */
    void end() {
        if (credit > 0) {
            giveBack(credit);
        }
    }

    /** Gives back what {@link #take} took, for a piece that does not leave. */
    void giveBack(long bytes) {
        one.putBack(bytes);
        if (other != null) {
            other.putBack(bytes);
        }
    }

    /** Runs a task on the event loop when so much time has passed, or at once when the client has gone. */
    void later(long nanos, Runnable task) {
        channel.eventLoop().execute(() -> {
            if (nanos <= 0 || !channel.isActive()) {
                task.run();
                return;
            }
            waiting = task;
            timer = channel.eventLoop().schedule(this::run, nanos, TimeUnit.NANOSECONDS);
        });
    }

    /** On the event loop: the client has gone, and nothing is left to wait for. */
    void clientGone() {
        Future<?> running = timer;
        if (running != null && running.cancel(false)) {
            run();
        }
    }

    private void run() {
        Runnable task = waiting;
        waiting = null;
        timer = null;
        if (task != null) {
            task.run();
        }
    }
}
