package dev.packhorse.fs;

import org.jspecify.annotations.Nullable;

/**
 * The permissions of a node: nine bits of {@code rwx} with setuid, setgid and sticky above them.
 *
 * @param permissions 0 to 07777
 */
public record Mode(int permissions) {

    /** What a file gets when nobody says: 0644. */
    public static final Mode FILE_DEFAULT = new Mode(0644);

    /** What a directory gets when nobody says: 0755. */
    public static final Mode DIRECTORY_DEFAULT = new Mode(0755);

    /** What a symlink shows: 0777. */
    public static final Mode SYMLINK_DEFAULT = new Mode(0777);

    private static final int TYPE_MASK = 0170000;

    public Mode {
        if ((permissions & ~07777) != 0) {
            throw new IllegalArgumentException("not permissions: " + permissions);
        }
    }

    /** The permissions of a full {@code st_mode}, whatever its type. */
    public static Mode ofBits(int bits) {
        return new Mode(bits & 07777);
    }

    /** The type in a full {@code st_mode}; {@code null} for none, or one that is no node. */
    public static @Nullable NodeType typeOf(int bits) {
        for (NodeType type : NodeType.values()) {
            if ((bits & TYPE_MASK) == type.bits()) {
                return type;
            }
        }
        return null;
    }

    /** The full {@code st_mode}: {@code 33188} for a file of mode 0644. */
    public int bits(NodeType type) {
        return type.bits() | permissions;
    }
}
