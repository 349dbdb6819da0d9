package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a server tells about one name.
 *
 * @param name as the server writes it, which may be a whole path
 * @param type what it is
 * @param size bytes of a file
 * @param modified when it was written; the epoch where the server does not say
 * @param mode permissions, where it says
 * @param owner numeric owner, where it says
 * @param target of a symlink, where it says
 * @param perm the fact {@code perm} (RFC 3659, 7.5.5), where it says
 * @param unique the fact {@code unique}, likewise
 */
record Entry(
        String name,
        NodeType type,
        long size,
        Instant modified,
        @Nullable Mode mode,
        @Nullable Owner owner,
        @Nullable String target,
        @Nullable String perm,
        @Nullable String unique) {

    boolean isDirectory() {
        return type == NodeType.DIRECTORY;
    }

    /** Tells whether the server speaks of what was asked for, and not of what it made of the name. */
    boolean isNamed(String wanted) {
        return name.substring(name.lastIndexOf('/') + 1).equals(wanted);
    }

    /** Tells whether what is inside can be seen, as far as the server says. */
    boolean mayEnter() {
        return perm == null || perm.indexOf('e') >= 0;
    }

    /** Tells whether this and another are the same version of the same file. */
    boolean isSameFile(Entry other) {
        return type == other.type
                && size == other.size
                && modified.equals(other.modified)
                && Objects.equals(unique, other.unique);
    }

    /** As a node. A symlink whose target the server does not tell has the size 0. */
    Node node(FsPath path) {
        Mode shown = mode;
        if (shown == null) {
            shown = switch (type) {
                case FILE -> Mode.FILE_DEFAULT;
                case DIRECTORY -> Mode.DIRECTORY_DEFAULT;
                case SYMLINK -> Mode.SYMLINK_DEFAULT;
            };
        }
        long bytes = switch (type) {
            case FILE -> size;
            case DIRECTORY -> 0;
            case SYMLINK -> target == null ? 0 : target.getBytes(StandardCharsets.UTF_8).length;
        };
        return new Node(path, type, shown, bytes, modified, owner == null ? Owner.ROOT : owner, null, null, null);
    }
}
