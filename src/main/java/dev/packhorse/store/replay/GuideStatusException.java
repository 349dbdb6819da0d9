package dev.packhorse.store.replay;

import dev.packhorse.wire.replay.ReplayStatus;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The guide has answered that it will not. */
final class GuideStatusException extends IOException {

    private static final long serialVersionUID = 1L;

    private final @Nullable ReplayStatus status;

    GuideStatusException(@Nullable ReplayStatus status, String line) {
        super("status " + line + " of the guide");
        this.status = status;
    }

    /** What it said; {@code null} if nobody knows what that means. */
    @Nullable
    ReplayStatus status() {
        return status;
    }
}
