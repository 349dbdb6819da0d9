package dev.packhorse.identity;

import java.time.Instant;
import java.util.Comparator;

/**
 * The wrong credentials of one address.
 *
 * @param count within the window
 * @param since when the window began
 * @param barredUntil in the past for one that is not barred
 */
record Failures(int count, Instant since, Instant barredUntil) {

    static final Failures NONE = new Failures(0, Instant.EPOCH, Instant.EPOCH);

    private static final Comparator<Failures> LATER =
            Comparator.comparing(Failures::since).thenComparing(Failures::count).thenComparing(Failures::barredUntil);

    /** Of what two have seen of one address the later. */
    static Failures worse(Failures one, Failures other) {
        return LATER.compare(one, other) >= 0 ? one : other;
    }

    /** The count that is left at a moment: none once the window is over. */
    int countAt(Instant now, LoginGuard.Limits limits) {
        return now.isBefore(since.plus(limits.window())) ? count : 0;
    }

    /** These and one more. {@link FailureTable} counts in the same way. */
    Failures oneMore(Instant now, LoginGuard.Limits limits) {
        int before = countAt(now, limits);
        return new Failures(
                before + 1,
                before == 0 ? now : since,
                before + 1 >= limits.barAfter() ? now.plus(limits.bar()) : barredUntil);
    }
}
