package dev.packhorse.matrix;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.store.vfs.DavServer;

/** The kinds of stores that need no container. */
enum Backend {
    MEMORY("memory"),
    FILE("file"),
    SFTP("sftp"),
    OPENHANDS("openhands"),
    HTTPFS("httpfs"),
    JSONFS("jsonfs"),
    S3("s3"),
    GS("gs"),
    REPLAY("replay"),
    VFS("vfs:file"),
    ZIP("vfs:zip"),
    WEBDAV("vfs:webdav4"),
    FTP("vfs:ftp");

    /** What the README calls it. */
    final String label;

    Backend(String label) {
        this.label = label;
    }

    /** Whether its server is on this machine. */
    boolean isInstalled() {
        return this != WEBDAV || DavServer.program() != null;
    }

    boolean isReadOnly() {
        return this == ZIP || this == JSONFS;
    }

    /**
     * Whether our client of a protocol can write to it. The names that {@code store:replay} gives to what is on its way are its own, so
     * one cannot write through another; old clients can.
     */
    boolean isWrittenBy(Protocol protocol) {
        return !isReadOnly() && protocol.writes() && !(this == REPLAY && protocol == Protocol.REPLAY);
    }

    /** Whether the back end can hold a name, and in its place in a listing; {@link NamesTest} shows that it refuses it if not. */
    boolean holds(String name) {
        return switch (this) {
            // Apache FtpServer drops blanks at the end of a command.
            case FTP -> !name.endsWith(" ");
            // S3 sorts keys by their UTF-8, S3Proxy by their UTF-16.
            case S3 -> name.codePoints().allMatch(each -> each < 0x10000);
            default -> true;
        };
    }

    /** Whether files have times that nobody gave them. */
    boolean tellsTimes() {
        return this != OPENHANDS;
    }

    /** Whether it tells more exactly than by the second when a file was written. */
    boolean tellsFractions() {
        return switch (this) {
            case MEMORY, FILE, HTTPFS, VFS -> true;
            default -> false;
        };
    }

    /** What it can do whoever runs the gateway: only root may give files of a folder another owner. */
    Capabilities ofAnyUser(Capabilities capabilities) {
        return this == FILE ? capabilities.without(Capability.OWNER) : capabilities;
    }

    @Override
    public String toString() {
        return label;
    }
}
