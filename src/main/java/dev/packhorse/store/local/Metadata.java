package dev.packhorse.store.local;

import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Owner;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a node is to get; {@code null} leaves as it is. The time is one that {@link WriteClock} lets through. */
record Metadata(
        @Nullable Mode mode,
        @Nullable Owner owner,
        @Nullable Instant modified) {

    /**
     * Applies this, never through a symlink.
     *
     * @param inode what is there
     * @return what is there then
     */
    Inode apply(Path path, Inode inode) throws IOException {
        Owner owned = owner == null || owner.equals(inode.owner()) ? inode.owner() : chown(path, inode.owner(), owner);
        int bits = inode.mode();
        if (!inode.isSymlink()) {
            Mode wanted = mode == null ? inode.permissions() : mode;
            // A new owner has cleared setuid and setgid.
            if (!wanted.equals(inode.permissions()) || !owned.equals(inode.owner())) {
                bits = (bits & ~07777) | wanted.permissions();
                chmod(path, wanted.permissions());
            }
        }
        if (modified != null) {
            Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setTimes(FileTime.from(modified), null, null);
        }
        return new Inode(
                bits, inode.number(), inode.key(), owned, inode.size(), modified == null ? inode.modified() : modified);
    }

    private static Owner chown(Path path, Owner before, Owner owner) throws IOException {
        try {
            Files.setAttribute(path, "unix:uid", (int) owner.uid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", (int) owner.gid(), LinkOption.NOFOLLOW_LINKS);
            return owner;
        } catch (IOException e) {
            if (!LocalErrors.isRefusal(e)) {
                throw e;
            }
            return before;
        }
    }

    private static void chmod(Path path, int permissions) throws IOException {
        try {
            Files.setAttribute(path, "unix:mode", permissions, LinkOption.NOFOLLOW_LINKS);
        } catch (AccessDeniedException e) {
            // Without following, the JDK opens the file, which its owner may not if it is unreadable. The caller has
            // seen
            // that it is no symlink and holds the lock.
            Files.setAttribute(path, "unix:mode", permissions);
        }
    }
}
