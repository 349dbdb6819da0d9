package dev.packhorse.policy.access;

/**
 * What an export lets nobody do.
 *
 * @param hidden names that nobody sees, with what is below them
 * @param refused names that nothing may be given
 * @param readOnly nothing may be changed
 * @param maxFile most bytes of a file that is written
 */
public record Restrictions(Globs hidden, Globs refused, boolean readOnly, long maxFile) {

    /** Everything may be done. */
    public static final Restrictions NONE = new Restrictions(Globs.NONE, Globs.NONE, false, Long.MAX_VALUE);

    public Restrictions {
        if (maxFile < 0) {
            throw new IllegalArgumentException("negative max-file");
        }
    }
}
