package dev.packhorse.fs;

/**
 * Numeric owner of a node.
 *
 * @param uid user, 0 to 2^32-2
 * @param gid group, likewise
 */
public record Owner(long uid, long gid) {

    /** 0:0, the default of the HTTP Filesystem Protocol (SPEC.md, Content-Ownership). */
    public static final Owner ROOT = new Owner(0, 0);

    private static final long MAX = 0xFFFF_FFFEL;

    public Owner {
        if (uid < 0 || uid > MAX || gid < 0 || gid > MAX) {
            throw new IllegalArgumentException("not an owner: " + uid + ":" + gid);
        }
    }
}
