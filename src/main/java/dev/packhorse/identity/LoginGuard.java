package dev.packhorse.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Slows down, then bars, addresses that show wrong credentials. The count is in the state database, where all gateways that share it
 * see it.
 *
 * <p>Of IPv6 a /64 is one address. A right credential takes nothing off the count: behind one address there may be many, and who
 * guesses could otherwise start afresh with an account of its own. Nor is the answer to a right one held back. A count ends with its
 * window, a bar with its time.
 *
 * <p>While the database cannot be asked, each gateway counts for itself; what it counted then is forgotten when the database is back.
 */
public final class LoginGuard {

    private static final Logger LOG = Logger.getLogger(LoginGuard.class);

    private static final Duration FIRST_DELAY = Duration.ofMillis(250);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(4);

    /** How long what the database says of an address is believed. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    private static final int REMEMBERED = 100_000;

    /** How long a database that has failed is left alone. */
    private static final Duration RETRY = Duration.ofSeconds(10);

    private static final Duration SWEEP = Duration.ofMinutes(1);

    /** Threads that may wait for the database: where it hangs the others go on without it. */
    private static final int CONNECTIONS = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /**
     * From when on what happens.
     *
     * @param free failures that cost nothing
     * @param window failures within it, from the first on, count together
     * @param barAfter so many bar the address
     * @param bar for how long
     */
    public record Limits(int free, Duration window, int barAfter, Duration bar) {

        /** Five, ten minutes, twenty, a quarter of an hour. */
        public static final Limits USUAL = new Limits(5, Duration.ofMinutes(10), 20, Duration.ofMinutes(15));

        public Limits {
            if (free < 0 || barAfter < 1 || !isPositive(window) || bar.isNegative()) {
                throw new IllegalArgumentException(
                        "free is 0 or more, bar-after 1 or more, window above 0 and bar not below it");
            }
        }

        private static boolean isPositive(Duration duration) {
            return !duration.isNegative() && !duration.isZero();
        }
    }

    /**
     * How an address is to be treated.
     *
     * @param delay how long the answer to a wrong credential is held back; not more than four seconds
     * @param barredFor how long no credential of it is looked at; zero if it may try
     */
    public record Verdict(Duration delay, Duration barredFor) {}

    private final Limits limits;
    private final InstantSource clock;
    private final long patienceMillis;
    private final FailureTable table;
    private final Cache<String, Failures> fresh;
    private final Cache<String, Failures> own;
    private final Semaphore connections = new Semaphore(CONNECTIONS);
    private volatile Instant notBefore = Instant.MIN;
    private volatile boolean failing;
    private Instant swept = Instant.MIN;

    /**
     * Counts in a database.
     *
     * @param database with the schema of {@code db/migration}
     */
    public LoginGuard(DataSource database, Limits limits, InstantSource clock) {
        this(database, limits, clock, PATIENCE);
    }

    /**
     * As above.
     *
     * @param patience how long a thread waits for its turn to ask the database, by the clock of the machine
     */
    LoginGuard(DataSource database, Limits limits, InstantSource clock, Duration patience) {
        this.limits = limits;
        this.clock = clock;
        this.patienceMillis = patience.toMillis();
        this.table = new FailureTable(database, limits);
        this.fresh = cache(FRESH);
        Duration longest = limits.window().compareTo(limits.bar()) > 0 ? limits.window() : limits.bar();
        this.own = cache(longest);
    }

    private Cache<String, Failures> cache(Duration kept) {
        return Caffeine.newBuilder()
                .maximumSize(REMEMBERED)
                .expireAfterWrite(kept)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    /** What has been counted of an address; asked before a credential of it is looked at. */
    public Verdict verdict(InetAddress address) {
        String key = Addresses.key(address);
        Failures known = fresh.getIfPresent(key);
        if (known == null) {
            known = ask(() -> table.of(key));
            if (known == null) {
                known = own.getIfPresent(key);
            }
            // Another thread may have counted one since the table was read.
            known = fresh.asMap().merge(key, known == null ? Failures.NONE : known, Failures::worse);
        }
        return verdict(known);
    }

    /** Counts a wrong credential. */
    public Verdict failed(InetAddress address) {
        String key = Addresses.key(address);
        Instant now = clock.instant();
        Failures mine = own.asMap()
                .compute(key, (same, before) -> (before == null ? Failures.NONE : before).oneMore(now, limits));
        Failures all = ask(() -> {
            sweep(now);
            return table.add(key, now);
        });
        Failures added = all == null ? mine : all;
        if (added.count() == limits.barAfter()) {
            LOG.warnf(
                    "%s is barred for %d s after %d wrong credentials",
                    key, limits.bar().toSeconds(), added.count());
        }
        return verdict(fresh.asMap().merge(key, added, Failures::worse));
    }

    private Verdict verdict(Failures failures) {
        Instant now = clock.instant();
        Duration bar = Duration.between(now, failures.barredUntil());
        return new Verdict(delay(failures, now), bar.isNegative() ? Duration.ZERO : bar);
    }

    private Duration delay(Failures failures, Instant now) {
        int beyond = failures.countAt(now, limits) - limits.free();
        if (beyond <= 0) {
            return Duration.ZERO;
        }
        // Four doublings are the longest; more would overflow some day.
        Duration delay = FIRST_DELAY.multipliedBy(1L << Math.min(beyond - 1, 4));
        return delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay;
    }

    private interface Question {
        Failures answer() throws SQLException;
    }

    /** Asks the database; {@code null} if it cannot be asked. */
    private @Nullable Failures ask(Question question) {
        if (clock.instant().isBefore(notBefore)) {
            return null;
        }
        if (!acquire()) {
            giveUp("it does not answer");
            return null;
        }
        try {
            Failures answer = question.answer();
            if (failing) {
                failing = false;
                LOG.info("failed logins are counted in the state database again");
            }
            return answer;
        } catch (SQLException e) {
            giveUp(String.valueOf(e.getMessage()));
            return null;
        } finally {
            connections.release();
        }
    }

    private void giveUp(String why) {
        notBefore = clock.instant().plus(RETRY);
        if (!failing) {
            failing = true;
            LOG.warnf("failed logins are counted by this gateway alone: %s", why);
        }
    }

    private boolean acquire() {
        try {
            return connections.tryAcquire(patienceMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void sweep(Instant now) throws SQLException {
        synchronized (this) {
            if (now.isBefore(swept.plus(SWEEP))) {
                return;
            }
            swept = now;
        }
        table.sweep(now);
    }
}
