package dev.packhorse.policy.overlay;

import dev.packhorse.fs.Node;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a store has shown of a file: by this a row knows its file again. What is {@code null} was not seen and fits anything.
 *
 * @param size in bytes
 * @param modified as the store gives it, in microseconds since the epoch
 * @param etag as the store gives it
 */
record Version(
        @Nullable Long size,
        @Nullable Long modified,
        @Nullable String etag) {

    static final Version UNKNOWN = new Version(null, null, null);

    static Version of(Node node) {
        return new Version(node.size(), micros(node.modified()), node.etag());
    }

    /** Tells whether a node that the store shows may be the one that was seen. */
    boolean fits(Node node) {
        return (size == null || size == node.size())
                && hasTimeOf(node)
                && (etag == null || Objects.equals(etag, node.etag()));
    }

    boolean hasTimeOf(Node node) {
        return modified == null || modified == micros(node.modified());
    }

    /** Tells whether nothing about a node that fits could be seen in addition. */
    boolean isComplete(Node node) {
        return modified != null && (etag != null || node.etag() == null);
    }

    static long micros(Instant instant) {
        try {
            return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
        } catch (ArithmeticException e) {
            return instant.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /** A time as a row keeps it. */
    static Instant kept(Instant instant) {
        return instant(micros(instant));
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
