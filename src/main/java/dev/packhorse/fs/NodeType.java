package dev.packhorse.fs;

/** What a node is. Devices, FIFOs and sockets are never nodes. */
public enum NodeType {
    FILE(0100000),
    DIRECTORY(0040000),
    SYMLINK(0120000);

    private final int bits;

    NodeType(int bits) {
        this.bits = bits;
    }

    /** The type bits of {@code st_mode} (POSIX {@code sys/stat.h}). */
    public int bits() {
        return bits;
    }
}
