package dev.packhorse.store.replay;

import java.time.Duration;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * How the guide of a device is shown.
 *
 * @param serial serial number that the guide is asked with, letters and digits; {@code null} for the one that the device says it has
 * @param fresh how long a snapshot of the guide is believed
 * @param zone where the dates in names are
 * @param delete whether removing a recording below {@code /Shows} deletes the show on the device
 * @param poll how often the guide is asked whether a deleted show is gone
 * @param patience how long until that is a timeout
 */
public record ShowsOptions(
        @Nullable String serial, Duration fresh, ZoneId zone, boolean delete, Duration poll, Duration patience) {

    /** What old clients say to a device of the 4000 series whose own number they do not know. */
    public static final String ANY_SERIAL = "RTV4080K0000000000";

    public ShowsOptions {
        if (serial != null && !isSerial(serial)) {
            throw new IllegalArgumentException("a serial number is letters and digits, such as " + ANY_SERIAL);
        }
        if (fresh.isNegative() || poll.isNegative() || patience.isNegative()) {
            throw new IllegalArgumentException("a negative duration");
        }
    }

    static boolean isSerial(String text) {
        return text.matches("[A-Za-z0-9]{1,32}");
    }

    /** Five minutes, dates where this machine is, nothing is deleted; a look every second for 50 s, as long as old clients wait. */
    public static ShowsOptions of(@Nullable String serial) {
        return new ShowsOptions(
                serial,
                Duration.ofMinutes(5),
                ZoneId.systemDefault(),
                false,
                Duration.ofSeconds(1),
                Duration.ofSeconds(50));
    }
}
