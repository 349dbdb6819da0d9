package dev.packhorse.store.replay;

import dev.packhorse.wire.replay.ReplayStatus;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The device has answered that it did not do it. */
final class StatusException extends IOException {

    private static final long serialVersionUID = 1L;

    private final @Nullable ReplayStatus status;

    /**
     * A refusal.
     *
     * @param line the first line of the answer
     * @param status what it means; {@code null} if that is not known
     * @param encrypted whether the query was
     */
    StatusException(Command command, String line, @Nullable ReplayStatus status, boolean encrypted) {
        super("the device answers " + line + " to " + command.target().substring(1) + hint(status, encrypted));
        this.status = status;
    }

    /**
     * A refusal of what is no command: of the guide.
     *
     * @param line the first line of the answer
     * @param status what it means; {@code null} if that is not known
     */
    StatusException(String line, @Nullable ReplayStatus status) {
        super("the guide of the device answers " + line);
        this.status = status;
    }

    private static String hint(@Nullable ReplayStatus status, boolean encrypted) {
        if (status != ReplayStatus.NO_PERMISSION) {
            return "";
        }
        return encrypted
                ? ": not allowed, or its clock and ours differ by more than 40 s (option clock-offset)"
                : ": not allowed, or it wants encrypted queries (option software-version, 4.3 or later)";
    }

    @Nullable
    ReplayStatus status() {
        return status;
    }

    boolean is(ReplayStatus expected) {
        return status == expected;
    }
}
