package dev.packhorse.store.sftp;

/** What to do about the key that a server shows. A key that differs from a known one is always refused. */
public enum HostKeyPolicy {
    /** Only a key that the known_hosts file names. */
    STRICT,
    /** The first key of a host that the file does not name at all is added to it. */
    ACCEPT_NEW
}
