package dev.packhorse.store.local;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The modification times that files get when nobody names one: never the same twice in this process.
 *
 * <p>The clock of a kernel may stand still for 4 ms or more, and inode numbers are used again at once, so that neither tells
 * two versions of a file apart. The JDK sets times in whole microseconds; of these one in {@value #STEP} belongs to this clock.
 * So a time tells who set it: <em>own</em> (this clock), <em>given</em> (any other whole microsecond: a client, rsync, tar), or
 * the kernel (all others). {@link Etags} rests on that.
 */
final class WriteClock {

    private static final int STEP = 64;

    /** Odd, so that no whole millisecond or second is ever an own time: those are multiples of eight. */
    private static final int OWN = 21;

    private static final AtomicLong LAST = new AtomicLong();

    private WriteClock() {}

    static Instant next() {
        long now = micros(Instant.now());
        long own = now - Math.floorMod(now - OWN, STEP);
        return instant(LAST.updateAndGet(last -> Math.max(own, last + STEP)));
    }

    /** The given time that comes nearest to {@code wish}: at most two microseconds before it, or its whole second before 1970. */
    static Instant given(Instant wish) {
        if (wish.getEpochSecond() < 0) {
            // The JDK cannot set a fraction of a second before the epoch.
            return wish.truncatedTo(ChronoUnit.SECONDS);
        }
        long micros = micros(wish);
        return instant(isOwn(micros) ? micros - 1 : micros);
    }

    @SuppressWarnings("JavaInstantGetSecondsGetNano") // whole seconds are whole microseconds
    static boolean isGiven(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS).equals(time) && !isOwn(micros(time));
    }

    private static boolean isOwn(long micros) {
        return Math.floorMod(micros, STEP) == OWN;
    }

    static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000L);
    }
}
