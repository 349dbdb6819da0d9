package dev.packhorse.fs;

/** One thing that some stores can do and others cannot. */
public enum Capability {
    /** Create, replace, move, copy and remove. Without it every changing operation is {@code UNSUPPORTED}. */
    WRITE,
    /** Create symlinks. Reading those that exist needs no capability. */
    SYMLINKS,
    /** Set permissions. */
    MODE,
    /** Set the modification time. */
    MODIFIED,
    /** Set the numeric owner. */
    OWNER,
    /** Keep the media type that somebody gave a file. */
    MEDIA_TYPE,
    /** Strong ETags on files and symlinks, and ETag preconditions checked in one step with the change. */
    ETAGS,
    /** Keep and compare change timestamps. */
    CHANGE_TIMESTAMPS,
    /** Tell the room that is left. */
    SPACE
}
