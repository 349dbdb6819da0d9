package dev.packhorse.store.object;

import org.jspecify.annotations.Nullable;

/**
 * What a write makes the service check in one step with it.
 *
 * @param version the {@link Stored#version} that must be there, or {@code null} for any
 * @param absent whether nothing may be there
 */
public record Condition(@Nullable String version, boolean absent) {

    /** Anything or nothing may be there. */
    public static final Condition NONE = new Condition(null, false);

    /** Nothing may be there. */
    public static final Condition ABSENT = new Condition(null, true);

    /** What was found, or nothing, must still be there. */
    static Condition same(@Nullable Found current) {
        Stored stored = current == null ? null : current.stored();
        return current == null ? ABSENT : new Condition(stored == null ? null : stored.version(), false);
    }
}
