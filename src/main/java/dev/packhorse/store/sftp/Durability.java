package dev.packhorse.store.sftp;

/** How much of a change is on the server's disk when it is answered. */
public enum Durability {
    /** Whatever the server does by itself. */
    NONE,
    /** The content of a file is forced, where the server offers {@code fsync@openssh.com}; names are not. */
    FILE
}
