package dev.packhorse.store.httpfs;

/** Who is on the other side. */
public enum Dialect {
    /** A Packhorse: it tells what its store can do, what has failed, and what the document has no words for (decision 0015). */
    PACKHORSE,
    /** Any other server of the document (SPEC.md), with all that INTEROP section 2 says of those. */
    PLAIN
}
