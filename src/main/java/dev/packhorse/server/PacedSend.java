package dev.packhorse.server;

import io.netty.channel.Channel;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Sends what is there in full piece by piece, each when the {@link Pace} of its client allows. */
@SuppressWarnings("FutureReturnValueIgnored") // its listener is told
final class PacedSend {

    /** What is sent. */
    interface Pieces {
        /** The next piece, as something that the channel sends and releases. */
        Object next(long position, int length);
    }

    private final Channel channel;
    private final Pace pace;
    private final long length;
    private final Pieces pieces;
    private final IntConsumer left;
    private final Consumer<Boolean> end;
    private long position;

    /**
     * Something to send.
     *
     * @param length bytes of all of it, at least 1
     * @param left is told of each piece that has left
     * @param end is told once that nothing more is sent, and whether all was
     */
    PacedSend(Channel channel, Pace pace, long length, Pieces pieces, IntConsumer left, Consumer<Boolean> end) {
        this.channel = channel;
        this.pace = pace;
        this.length = length;
        this.pieces = pieces;
        this.left = left;
        this.end = end;
    }

    /** Begins, on any thread; what follows is on the event loop. */
    void start() {
        int count = (int) Math.min(length - position, pace.piece());
        pace.later(pace.take(count), () -> send(count));
    }

    private void send(int count) {
        if (!channel.isActive()) {
            pace.giveBack(count);
            end.accept(false);
            return;
        }
        channel.writeAndFlush(pieces.next(position, count)).addListener(done -> {
            if (!done.isSuccess()) {
                end.accept(false);
                return;
            }
            position += count;
            left.accept(count);
            if (position == length) {
                end.accept(true);
            } else {
                start();
            }
        });
    }
}
