package dev.packhorse.store.sftp;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Owner;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Metadata to set on the server; what is {@code null} stays.
 *
 * <p>Sent as two requests, the owner first, because a new owner takes setuid and setgid away.
 */
record Settings(
        @Nullable Mode mode,
        @Nullable Owner owner,
        @Nullable Instant modified) {

    private static final long LATEST = 0xFFFF_FFFFL;

    /** What a client asks for, with defaults for what it does not. */
    static Settings of(AttributeChange change, @Nullable Mode mode, @Nullable Owner owner) {
        return new Settings(
                change.mode() == null ? mode : change.mode(),
                change.owner() == null ? owner : change.owner(),
                change.modified());
    }

    boolean isEmpty() {
        return mode == null && owner == null && modified == null;
    }

    static void putOwner(Request out, Owner owner) {
        out.int32(Attributes.OWNER).int32((int) owner.uid()).int32((int) owner.gid());
    }

    /** The second request: permissions and times. */
    void put(Request out, @Nullable Attributes current) {
        out.int32((mode == null ? 0 : Attributes.PERMISSIONS) | (modified == null ? 0 : Attributes.TIMES));
        if (mode != null) {
            out.int32(mode.permissions());
        }
        if (modified != null) {
            long seconds = seconds(modified);
            out.int32((int) (current == null ? seconds : current.accessed())).int32((int) seconds);
        }
    }

    /** What version 3 can say: whole seconds, 1970 to 2106. */
    private static long seconds(Instant time) {
        return Math.max(0, Math.min(LATEST, time.getEpochSecond()));
    }
}
