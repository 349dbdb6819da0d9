package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.FsException.Kind;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SpoolSpaceTest {

    private final SpoolSpace space = new SpoolSpace();

    @Test
    void filesTakeRoomUntilThereIsNoneAndGiveItBack() throws FsException {
        // Given
        space.limit(100);
        SpoolSpace.Room one = space.room();
        SpoolSpace.Room other = space.room();
        one.take(40, "read", FsPath.ROOT);
        one.take(20, "read", FsPath.ROOT);
        other.take(40, "read", FsPath.ROOT);
        // When
        assertThatThrownBy(() -> other.take(1, "read", FsPath.ROOT))
                .isInstanceOfSatisfying(
                        FsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NO_SPACE));
        one.close();
        one.close();
        // Then
        assertThat(space.used()).isEqualTo(40);
        assertThat(space.refused()).isEqualTo(1);
        other.take(60, "read", FsPath.ROOT);
        other.close();
        assertThat(space.used()).isZero();
    }

    @Test
    void roomOfAFileThatWasEmptiedCanBeTakenAgain() throws FsException {
        // Given
        space.limit(10);
        SpoolSpace.Room room = space.room();
        room.take(10, "read", FsPath.ROOT);
        room.close();
        // When
        room.take(7, "read", FsPath.ROOT);
        // Then
        assertThat(space.used()).isEqualTo(7);
    }

    @Test
    void withoutALimitThereIsAlwaysRoom() throws FsException {
        space.room().take(1L << 60, "read", FsPath.ROOT);
        assertThat(space.used()).isEqualTo(1L << 60);
    }

    @Test
    void threadsNeverTakeMoreThanThereIs() throws Exception {
        // Given
        space.limit(1000);
        CountDownLatch done = new CountDownLatch(4);
        // When
        for (int i = 0; i < 4; i++) {
            new Thread(() -> {
                        for (int j = 0; j < 10_000; j++) {
                            try (SpoolSpace.Room room = space.room()) {
                                room.take(400, "read", FsPath.ROOT);
                            } catch (FsException e) {
                                // there was none
                            }
                        }
                        done.countDown();
                    })
                    .start();
        }
        done.await();
        // Then
        assertThat(space.used()).isZero();
    }
}
