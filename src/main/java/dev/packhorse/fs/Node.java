package dev.packhorse.fs;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One file, directory or symlink with its metadata, as it was at one moment.
 *
 * @param path where it is in its store
 * @param type what it is
 * @param mode its permissions
 * @param size bytes of a file; bytes of a symlink's target; 0 for a directory
 * @param modified when its content last changed, as precise as the store keeps it; the epoch where nobody knows
 * @param owner its numeric owner
 * @param etag strong entity tag of a file or symlink, without quotes; {@code null} for a directory, or where the store has none
 * @param mediaType media type that somebody gave it; {@code null} if nobody did
 * @param changeTimestamp microseconds since the epoch of the last ordered change; {@code null} if none is on record
 */
public record Node(
        FsPath path,
        NodeType type,
        Mode mode,
        long size,
        Instant modified,
        Owner owner,
        @Nullable String etag,
        @Nullable String mediaType,
        @Nullable Long changeTimestamp) {

    public Node {
        if (size < 0) {
            throw new IllegalArgumentException("negative size");
        }
    }

    public boolean isFile() {
        return type == NodeType.FILE;
    }

    public boolean isDirectory() {
        return type == NodeType.DIRECTORY;
    }

    public boolean isSymlink() {
        return type == NodeType.SYMLINK;
    }

    /** The full {@code st_mode}. */
    public int modeBits() {
        return mode.bits(type);
    }

    /** The same node at another path: what a policy that mounts or renames returns. */
    public Node at(FsPath other) {
        return new Node(other, type, mode, size, modified, owner, etag, mediaType, changeTimestamp);
    }

    /** The same node with a change timestamp. */
    public Node withChangeTimestamp(@Nullable Long micros) {
        return new Node(path, type, mode, size, modified, owner, etag, mediaType, micros);
    }
}
