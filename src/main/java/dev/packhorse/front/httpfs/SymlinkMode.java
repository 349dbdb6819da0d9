package dev.packhorse.front.httpfs;

import dev.packhorse.fs.Node;
import dev.packhorse.wire.httpfs.Wire;

/** How {@code Content-Mode} and listings spell the mode of a symlink. */
public enum SymlinkMode {
    /** The decimal {@code st_mode}, {@code 41471} for 0777: the same rule as for files and directories. */
    DECIMAL,
    /**
     * {@code 120777}, the octal digits in the examples of SPEC.md ("Symbolic Links"). Clients that read it as decimal see a
     * plain file.
     */
    DOCUMENT;

    /**
     * Reads the value of {@code httpfs.symlink-mode}.
     *
     * @throws IllegalArgumentException for anything but {@code 41471} and {@code 120777}
     */
    public static SymlinkMode parse(String text) {
        return switch (text) {
            case "41471" -> DECIMAL;
            case "120777" -> DOCUMENT;
            default -> throw new IllegalArgumentException("neither 41471 nor 120777: " + text);
        };
    }

    /** The number to send for a node. */
    int of(Node node) {
        return this == DOCUMENT && node.isSymlink() ? Wire.DOCUMENT_SYMLINK : node.modeBits();
    }
}
