package dev.packhorse.fs;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * What must hold for a change to happen, evaluated in the order of RFC 9110, 13.2.2.
 *
 * @param ifMatch the node must be there and match
 * @param ifNoneMatch the node must not match; {@link EtagMatch#ANY} means that nothing may be there
 * @param ifUnmodifiedSince the node must not be younger, compared in whole seconds; ignored beside {@code ifMatch}
 * @param changeTimestamp microseconds since the epoch; not older than the one on record. Only stores with
 *     {@link Capability#CHANGE_TIMESTAMPS} take it
 */
public record Preconditions(
        @Nullable EtagMatch ifMatch,
        @Nullable EtagMatch ifNoneMatch,
        @Nullable Instant ifUnmodifiedSince,
        @Nullable Long changeTimestamp) {

    /** Nothing must hold. */
    public static final Preconditions NONE = new Preconditions(null, null, null, null);

    /** Nothing may be there. */
    public static final Preconditions MUST_NOT_EXIST = new Preconditions(null, EtagMatch.ANY, null, null);

    /** Tells whether {@link #check} needs to know the current node. */
    public boolean needNode() {
        return ifMatch != null || ifNoneMatch != null || ifUnmodifiedSince != null;
    }

    /** These without the change timestamp: what is left when a policy has dealt with it. */
    public Preconditions withoutChangeTimestamp() {
        return changeTimestamp == null ? this : new Preconditions(ifMatch, ifNoneMatch, ifUnmodifiedSince, null);
    }

    /**
     * Checks all but the change timestamp.
     *
     * @param current the node as it is in this moment, {@code null} if nothing is there
     * @throws FsException {@code PRECONDITION_FAILED}
     */
    public void check(@Nullable Node current, String operation, FsPath path) throws FsException {
        if (!holds(current)) {
            throw new FsException(FsException.Kind.PRECONDITION_FAILED, operation, path);
        }
    }

    private boolean holds(@Nullable Node current) {
        if (ifMatch != null) {
            if (!ifMatch.matches(current)) {
                return false;
            }
        } else if (ifUnmodifiedSince != null && current != null) {
            if (current.modified().truncatedTo(ChronoUnit.SECONDS).isAfter(ifUnmodifiedSince)) {
                return false;
            }
        }
        return ifNoneMatch == null || !ifNoneMatch.matches(current);
    }
}
