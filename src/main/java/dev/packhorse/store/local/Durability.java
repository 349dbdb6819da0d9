package dev.packhorse.store.local;

/** How much of a change is on the disk when the operation returns. */
public enum Durability {
    /** Nothing is forced: after a power cut a file may be old, new or empty. */
    NONE,
    /** The content of a file is forced before it takes its name: after a power cut a file is old or new, whole. */
    FILE,
    /** Names are forced as well: after a power cut what was answered is there. */
    FULL
}
