package dev.packhorse.store.object;

/** Names that mean something else in buckets. */
final class Names {

    /** What the markers of Hadoop's first file system end with. */
    private static final String HADOOP = "_$folder$";

    private Names() {}

    /** Tells whether a key, or the name of a file, is never shown and cannot be made. */
    static boolean isReserved(String name) {
        return name.endsWith(HADOOP);
    }
}
