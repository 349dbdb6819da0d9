package dev.packhorse.store.sftp;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the server says of a file (draft-ietf-secsh-filexfer-02, 5). What it does not say is zero.
 *
 * @param bits the full {@code st_mode}
 * @param accessed seconds since the epoch
 * @param modified seconds since the epoch, to 2106
 */
record Attributes(long size, Owner owner, int bits, long accessed, long modified) {

    static final int SIZE = 1;
    static final int OWNER = 2;
    static final int PERMISSIONS = 4;
    static final int TIMES = 8;
    private static final int EXTENDED = 0x8000_0000;

    static Attributes read(Reply in) throws IOException {
        int flags = in.int32();
        long size = (flags & SIZE) == 0 ? 0 : in.int64();
        Owner owner = (flags & OWNER) == 0 ? Owner.ROOT : owner(in.uint32(), in.uint32());
        int bits = (flags & PERMISSIONS) == 0 ? NodeType.FILE.bits() | 0644 : in.int32();
        long accessed = (flags & TIMES) == 0 ? 0 : in.uint32();
        long modified = (flags & TIMES) == 0 ? 0 : in.uint32();
        if ((flags & EXTENDED) != 0) {
            for (long count = in.uint32(); count > 0; count--) {
                in.raw();
                in.raw();
            }
        }
        return new Attributes(Math.max(0, size), owner, bits, accessed, modified);
    }

    private static Owner owner(long uid, long gid) {
        long max = 0xFFFF_FFFEL;
        return new Owner(Math.min(uid, max), Math.min(gid, max));
    }

    /** {@code null} for a FIFO, a socket or a device, which are no nodes. */
    @Nullable
    NodeType type() {
        return Mode.typeOf(bits);
    }

    boolean isFile() {
        return type() == NodeType.FILE;
    }

    boolean isDirectory() {
        return type() == NodeType.DIRECTORY;
    }

    boolean isSymlink() {
        return type() == NodeType.SYMLINK;
    }

    /** Tells whether nothing speaks against the content being the same. */
    boolean isSameContentAs(Attributes other) {
        return size == other.size && modified == other.modified;
    }

    Attributes asSymlink(long length) {
        int symlink = Mode.SYMLINK_DEFAULT.bits(NodeType.SYMLINK);
        return new Attributes(length, owner, symlink, accessed, modified);
    }

    Attributes withSize(long other) {
        return new Attributes(other, owner, bits, accessed, modified);
    }

    Mode mode() {
        return Mode.ofBits(bits);
    }

    Node node(FsPath path) {
        NodeType type = type();
        return new Node(
                path,
                type == null ? NodeType.FILE : type,
                mode(),
                isDirectory() ? 0 : size,
                Instant.ofEpochSecond(modified),
                owner,
                null,
                null,
                null);
    }
}
