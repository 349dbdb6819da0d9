package dev.packhorse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.SpoolSpace;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Little room for temporary files while this is open. */
public final class SpoolLimit implements AutoCloseable {

    private final long before = SpoolSpace.SHARED.used();

    /**
     * Leaves so much room.
     *
     * @param bytes beside what is taken
     */
    public SpoolLimit(long bytes) {
        SpoolSpace.SHARED.limit(before + bytes);
    }

    /** What needs more fails for that reason. */
    public static void assertNoRoomFor(ThrowingCallable task) {
        assertThatThrownBy(task)
                .isInstanceOfSatisfying(
                        FsException.class, e -> assertThat(e.kind()).isEqualTo(FsException.Kind.NO_SPACE));
    }

    /** Bytes that were taken since. */
    public long taken() {
        return SpoolSpace.SHARED.used() - before;
    }

    @Override
    public void close() {
        SpoolSpace.SHARED.limit(Long.MAX_VALUE);
    }
}
