package dev.packhorse.store.openhands;

/** How the size of a file is found out that nobody has read: lists do not tell it (INTEROP section 2). */
public enum SizeProbe {
    /**
     * Not at all: a file that this store has not read or written a moment ago shows 0 bytes until it is read. For servers that
     * are only read from, or only written to; a copy to another store is refused where it notices.
     */
    NEVER,
    /** By HEAD, which is not in the protocol; a server that does not answer it with a length is asked as by {@link #READ}. */
    HEAD,
    /** By GET, of which only the head is read where that declares a length. */
    READ
}
