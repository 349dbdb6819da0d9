package dev.packhorse.front.openhands;

/**
 * What the removal of a directory does to files that the same batch has written below it before.
 *
 * <p>OpenHands' own sender keeps a path at its first position with its last operation, so {@code POST a/1, DELETE a} may mean that
 * {@code a/1} was written last; the order cannot be rebuilt (INTEROP section 5).
 */
public enum DirectoryDelete {
    /** They go: the batch is taken at its word. Right for senders that keep the order, as Packhorse does. */
    IN_ORDER,
    /** They stay: removed with the directory, then written again. */
    KEEP_POSTED
}
