package dev.packhorse.store.s3;

import org.jspecify.annotations.Nullable;

/**
 * What a write makes the service check in one step with it.
 *
 * @param ifMatch the value of {@code If-Match}, with quotes, or {@code null}
 * @param ifNoneMatch the value of {@code If-None-Match}, or {@code null}
 */
record Condition(@Nullable String ifMatch, @Nullable String ifNoneMatch) {

    static final Condition NONE = new Condition(null, null);

    /** Nothing may be there. */
    static final Condition ABSENT = new Condition(null, "*");

    /** What was found, or nothing, must still be there. */
    static Condition same(@Nullable Found current) {
        return current == null
                ? ABSENT
                : new Condition(Bucket.quoted(current.node().etag()), null);
    }
}
