package dev.packhorse.store.replay;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One recording, as the guide of a device tells of it (INTEROP section 7). Texts are one line each and may be empty.
 *
 * @param channelId the schedule that the show was recorded for, an unsigned 32-bit number
 * @param showId when the recording began, in Unix seconds, unsigned 32 bits; also the name of its file
 * @param input where the device recorded it from; what the numbers mean is not known
 * @param channel label of the broadcaster
 * @param texts what it is about
 * @param eventTime when it was to be on the air; the epoch if there was no such time
 * @param minutes how long it was to be
 * @param seconds how long the recording is; 0 if there is none any more
 * @param gopCount how many groups of pictures it has; 0 if there is none any more
 * @param mpegSize bytes, only of recordings that came from another device; the file says it better
 * @param year when a movie was made; 0 for what is no movie
 * @param part which part of several this is; {@code null} for a whole
 */
record Show(
        long channelId,
        long showId,
        long input,
        Quality quality,
        String channel,
        Texts texts,
        Instant eventTime,
        int minutes,
        long seconds,
        long gopCount,
        long mpegSize,
        int year,
        @Nullable Part part) {

    /** How the picture was recorded. */
    enum Quality {
        HIGH,
        MEDIUM,
        STANDARD,
        UNKNOWN
    }

    /** What a show is about. */
    record Texts(
            String title,
            String episode,
            String description,
            String actors,
            String guest,
            String producer,
            String director) {}

    /** Part {@code number} of {@code of}. */
    record Part(int number, int of) {}

    /** When it was on the air; for what was recorded without a guide, when that began. */
    Instant airTime() {
        return eventTime.equals(Instant.EPOCH) ? Instant.ofEpochSecond(showId) : eventTime;
    }

    /** Whether there is a recording; one that was deleted stays in the guide for a while. */
    boolean isUsable() {
        return seconds != 0 && gopCount != 0;
    }

    /**
     * The name of the recording in {@code /Video}.
     *
     * <p>It is the start time of the recording (INTEROP section 5), and that is the show's id: old clients make the name from it.
     * The event time is when the broadcaster began, minutes beside it, and names no file.
     */
    String fileName() {
        return showId + ".mpg";
    }
}
