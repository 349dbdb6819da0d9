package dev.packhorse.fs;

/** A store that keeps a record of what its caller does. */
public interface Audited {

    /**
     * The same store without the record, for looks by which a front finds something out for itself: the caller asked for none of
     * them. What the caller asked for does not go through here.
     */
    Store unaudited();

    /** That of a store; one that keeps no record is itself. */
    static Store unaudited(Store store) {
        return store instanceof Audited audited ? audited.unaudited() : store;
    }
}
