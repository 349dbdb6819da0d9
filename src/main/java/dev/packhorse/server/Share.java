package dev.packhorse.server;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What one address, or one identity, has taken of its {@link Allowance}. */
final class Share {

    private final Limit requestsLimit;
    private final Limit transfersLimit;
    private final int mostTransfers;
    private final @Nullable Bucket requests;
    private final @Nullable Bucket upload;
    private final @Nullable Bucket download;
    private final AtomicInteger transfers = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();

    /** How many hold it, guarded by {@link Shares}. */
    int holders;

    Share(Allowance allowance, Limit requestsLimit, Limit transfersLimit, long now) {
        this.requestsLimit = requestsLimit;
        this.transfersLimit = transfersLimit;
        this.mostTransfers = allowance.transfers();
        int rate = allowance.requests();
        this.requests = rate == 0 ? null : Bucket.of(rate, allowance.burst() == 0 ? rate : allowance.burst(), now);
        this.upload = allowance.upload() == 0 ? null : Bucket.ofBytes(allowance.upload(), now);
        this.download = allowance.download() == 0 ? null : Bucket.ofBytes(allowance.download(), now);
    }

    /** Begins a request, which {@link #ended} ends; {@code null} if it may. */
    Limits.@Nullable Refusal begin(long now) {
        int running;
        do {
            running = transfers.get();
            if (mostTransfers > 0 && running >= mostTransfers) {
                return new Limits.Refusal(transfersLimit, 0);
            }
        } while (!transfers.compareAndSet(running, running + 1));
        long wait = requests == null ? 0 : requests.takeOne(now);
        if (wait > 0) {
            transfers.decrementAndGet();
            return new Limits.Refusal(requestsLimit, wait);
        }
        return null;
    }

    void ended() {
        transfers.decrementAndGet();
    }

    /** Counts a connection. Returns how many there are with it. */
    int connected() {
        return connections.incrementAndGet();
    }

    void disconnected() {
        connections.decrementAndGet();
    }

    /** What request bodies are taken from. */
    @Nullable
    Bucket upload() {
        return upload;
    }

    /** What response bodies are taken from. */
    @Nullable
    Bucket download() {
        return download;
    }

    /** How long until there is nothing to remember of it, if nobody comes back; 0 if there is nothing now. */
    long untilForgotten(long now) {
        long longest = 0;
        for (Bucket each : new Bucket[] {requests, upload, download}) {
            longest = each == null ? longest : Math.max(longest, each.untilFull(now));
        }
        return longest;
    }
}
