package dev.packhorse.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.identity.AddressRange;
import dev.packhorse.identity.Caller;
import io.netty.util.internal.PlatformDependent;
import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What clients may take, so that one of them cannot hurt the others; all listeners share one of these.
 *
 * <p>An address is refused on the event loop, before a worker is taken and before the body of its request is read; of an IPv6
 * address the first 64 bits count, since a client has all of them. An identity is known on a worker only, and is refused there.
 * What is refused is counted ({@link #refused}), and said once a minute for each address or identity.
 */
public final class Limits {

    private static final Logger LOG = Logger.getLogger(Limits.class);
    private static final long SECOND = 1_000_000_000;

    /** A client may know sooner than its share that its last transfer is over, and ask for the next: when to look again. */
    static final long PATIENCE_NANOS = 10_000_000;

    /** The longest of the pauses, each twice as long as the one before, of a thread that waits for that: 70 ms together. */
    private static final long LONGEST_PATIENCE_NANOS = 4 * PATIENCE_NANOS;

    /** Bits of an IPv6 address that a provider leaves to its customer at least (RFC 6177). */
    private static final int IPV6_PREFIX = 64;

    /** Lines a minute at most, whoever is refused: a log is not to be flooded either. */
    private static final int MOST_SAID = 20;

    /**
     * What is allowed.
     *
     * @param address what one address may take
     * @param identity what one identity may take, from all its addresses
     * @param connectionsPerAddress connections of one address at a time, 0 for no limit; more are closed at once
     * @param bodies requests with a body that are in progress at a time, of all clients together, 0 for no limit; more are {@code 503}
     */
    public record Settings(Allowance address, Allowance identity, int connectionsPerAddress, int bodies) {

        /** No limit on anything. */
        public static final Settings UNLIMITED = new Settings(Allowance.UNLIMITED, Allowance.UNLIMITED, 0, 0);

        public Settings {
            if (connectionsPerAddress < 0 || bodies < 0) {
                throw new IllegalArgumentException("a limit is a number from 0 on, which is none");
            }
        }
    }

    /** Whether a request may begin. */
    public sealed interface Admission {}

    /** It may. Closed when it is over, however it ended; closing it again does nothing. */
    public static final class Permit implements Admission, AutoCloseable {

        static final Permit UNLIMITED = new Permit(null, () -> {});

        private final @Nullable Share share;
        private final Runnable release;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Permit(@Nullable Share share, Runnable release) {
            this.share = share;
            this.release = release;
        }

        /** What its request takes from; {@code null} if it takes from nothing. */
        @Nullable
        Share share() {
            return share;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                release.run();
            }
        }
    }

    /**
     * It may not.
     *
     * @param nanos when it will, as far as that is known; 0 for not at all
     */
    public record Refusal(Limit limit, long nanos) implements Admission {

        /** Whether it is for a transfer that its client may know to be over. */
        boolean mayHaveEnded() {
            return limit == Limit.ADDRESS_TRANSFERS || limit == Limit.IDENTITY_TRANSFERS;
        }

        /** {@code 429}, or {@code 503} where it is not this client that has taken too much; with {@code Retry-After} in whole seconds. */
        public HttpResponse answer() {
            HttpResponse answer = limit == Limit.BODIES
                    ? HttpResponse.text(503, "Service Unavailable")
                    : HttpResponse.text(429, "Too Many Requests");
            return answer.header("Retry-After", Long.toString(Math.max(1, (nanos + SECOND - 1) / SECOND)));
        }
    }

    private final Settings settings;
    private final LongSupplier nanoTime;
    private final @Nullable Shares<AddressRange> addresses;
    private final @Nullable Shares<String> identities;
    private final AtomicInteger bodies = new AtomicInteger();
    private final Map<Limit, LongAdder> refused = new EnumMap<>(Limit.class);
    private final Bucket lines;
    private final Cache<Object, Boolean> said = Caffeine.newBuilder()
            .maximumSize(10L * MOST_SAID)
            .expireAfterWrite(Duration.ofMinutes(1))
            .executor(Runnable::run)
            .build();

    public Limits(Settings settings) {
        this(settings, System::nanoTime);
    }

    /**
     * By a clock of its own.
     *
     * @param nanoTime as {@link System#nanoTime} where there are limits of bytes: what sends them looks there
     */
    Limits(Settings settings, LongSupplier nanoTime) {
        for (Limit limit : Limit.values()) {
            refused.put(limit, new LongAdder());
        }
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.lines = Bucket.of(1, MOST_SAID, nanoTime.getAsLong());
        this.addresses = settings.address.isUnlimited() && settings.connectionsPerAddress == 0
                ? null
                : new Shares<>(
                        nanoTime,
                        now -> new Share(settings.address, Limit.ADDRESS_REQUESTS, Limit.ADDRESS_TRANSFERS, now));
        this.identities = settings.identity.isUnlimited()
                ? null
                : new Shares<>(
                        nanoTime,
                        now -> new Share(settings.identity, Limit.IDENTITY_REQUESTS, Limit.IDENTITY_TRANSFERS, now));
    }

    /**
     * How many requests with a body there may be where nobody has said: what they hold while nobody reads it must fit into half of the
     * memory for buffers, which is usually as much as the heap.
     */
    public static int usualBodies() {
        long most = PlatformDependent.maxDirectMemory() / 2 / RequestBody.MOST_HELD;
        return (int) Math.max(16, Math.min(most, 10_000));
    }

    /** No limit on anything. */
    public static Limits none() {
        return new Limits(Settings.UNLIMITED);
    }

    /**
     * Lets a request of somebody begin who is known by now. Nobody that is known has no limit here, but only that of the address.
     *
     * @return a {@link Permit} to be closed when the request is over, or a {@link Refusal}
     */
    public Admission begin(Caller caller) {
        Shares<String> known = identities;
        String name = caller.name();
        if (known == null || name == null) {
            return Permit.UNLIMITED;
        }
        Share share = known.hold(name);
        Refusal refusal = share.begin(nanoTime.getAsLong());
        if (refusal == null) {
            return new Permit(share, () -> {
                share.ended();
                known.leave(name);
            });
        }
        known.leave(name);
        return refusal;
    }

    /** Asks, and a few times more for a transfer that may have ended; on a thread that may wait. */
    static Admission patiently(Supplier<Admission> begin) {
        Admission admission = begin.get();
        for (long pause = PATIENCE_NANOS;
                pause <= LONGEST_PATIENCE_NANOS && admission instanceof Refusal refusal && refusal.mayHaveEnded();
                pause *= 2) {
            LockSupport.parkNanos(pause);
            admission = begin.get();
        }
        return admission;
    }

    /** How many requests and connections were refused for one limit. */
    public long refused(Limit limit) {
        return Objects.requireNonNull(refused.get(limit)).sum();
    }

    /** How many addresses and identities take something now: as many as are connected, or have a request in progress. */
    public int active() {
        return (addresses == null ? 0 : addresses.held()) + (identities == null ? 0 : identities.held());
    }

    /** How many requests with a body are in progress, if there is a limit. */
    public int bodies() {
        return bodies.get();
    }

    private static AddressRange range(InetAddress address) {
        return AddressRange.around(address, IPV6_PREFIX);
    }

    /**
     * Counts a connection of an address, until what it gets is closed.
     *
     * @param most how many this listener takes of one address beside what the settings say; 0 for as many
     * @return {@code null} if it is one too many
     */
    @Nullable
    Permit connect(InetAddress address, int most) {
        Shares<AddressRange> known = addresses;
        if (known == null) {
            return Permit.UNLIMITED;
        }
        AddressRange range = range(address);
        Share share = known.hold(range);
        int limit = settings.connectionsPerAddress;
        int open = share.connected();
        Permit connection = new Permit(share, () -> {
            share.disconnected();
            known.leave(range);
        });
        if (limit > 0 && open > (most == 0 ? limit : Math.min(limit, most))) {
            connection.close();
            note(Limit.ADDRESS_CONNECTIONS, address);
            return null;
        }
        return connection;
    }

    /**
     * Lets a request begin. It counts until it is over, whether or not its connection is there as long.
     *
     * @param client {@code null} for one without limits of its own, as a trusted proxy is
     */
    Admission begin(@Nullable InetAddress client, boolean hasBody) {
        Shares<AddressRange> known = addresses;
        if (known == null || client == null) {
            return begin(null, hasBody, () -> {});
        }
        AddressRange range = range(client);
        return begin(known.hold(range), hasBody, () -> known.leave(range));
    }

    private Admission begin(@Nullable Share share, boolean hasBody, Runnable leave) {
        boolean counted = hasBody && settings.bodies > 0;
        if (share == null && !counted) {
            return Permit.UNLIMITED;
        }
        Refusal refusal = null;
        if (counted && bodies.incrementAndGet() > settings.bodies) {
            refusal = new Refusal(Limit.BODIES, 0);
        } else if (share != null) {
            refusal = share.begin(nanoTime.getAsLong());
        }
        if (refusal == null) {
            return new Permit(share, () -> {
                if (counted) {
                    bodies.decrementAndGet();
                }
                if (share != null) {
                    share.ended();
                }
                leave.run();
            });
        }
        if (counted) {
            bodies.decrementAndGet();
        }
        leave.run();
        return refusal;
    }

    /** Counts what an address is refused for, and says it now and then. */
    void note(Limit limit, InetAddress address) {
        note(limit, (Object) range(address));
    }

    /** Counts what an identity is refused for, and says it now and then. */
    void note(Limit limit, Caller caller) {
        note(limit, (Object) String.valueOf(caller.name()));
    }

    private void note(Limit limit, Object whom) {
        Objects.requireNonNull(refused.get(limit)).increment();
        if (sayNow(List.of(limit, whom))) {
            // A name can be whatever its issuer has written.
            String client = whom.toString().replaceAll("[^\\x21-\\x7e]", "?");
            LOG.warnf(
                    "a client has had its share; more of it is only counted for a minute. A proxy is to be named in"
                            + " packhorse.http.trusted-proxies limit=%s client=%s",
                    limit.word(), client);
        }
    }

    /** Whether to say something now: about the same once a minute, and not too many things. */
    boolean sayNow(Object about) {
        return said.asMap().putIfAbsent(about, Boolean.TRUE) == null && lines.takeOne(nanoTime.getAsLong()) == 0;
    }
}
