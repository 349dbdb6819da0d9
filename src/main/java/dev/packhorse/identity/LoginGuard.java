package dev.packhorse.identity;

import java.net.InetAddress;
import java.time.Duration;

/** Slows down, then bars, addresses that show wrong credentials. */
public final class LoginGuard {

    /**
     * From when on what happens.
     *
     * @param free failures that cost nothing
     * @param window failures within it count together
     * @param barAfter so many bar the address
     * @param bar for how long
     */
    public record Limits(int free, Duration window, int barAfter, Duration bar) {}

    /**
     * How an address is to be treated.
     *
     * @param delay how long the answer to a wrong credential is held back
     * @param barredFor how long no credential of it is looked at; zero if it may try
     */
    public record Verdict(Duration delay, Duration barredFor) {}

    /** What has been counted of an address; asked before a credential of it is looked at. */
    public Verdict verdict(InetAddress address) {
        throw new UnsupportedOperationException();
    }

    /** Counts a wrong credential. */
    public Verdict failed(InetAddress address) {
        throw new UnsupportedOperationException();
    }
}
