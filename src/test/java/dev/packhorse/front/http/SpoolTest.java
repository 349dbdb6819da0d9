package dev.packhorse.front.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.SpoolLimit;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    private static final int MORE_THAN_MEMORY = 600 << 10;

    @TempDir
    Path folder;

    private static void add(Spool spool) throws IOException {
        spool.tail().extend(MORE_THAN_MEMORY);
        spool.spill();
    }

    @Test
    @SuppressWarnings("try") // what closing gives back is what is tested
    void whatGoesToTheDiskTakesRoomThatIsLimited() throws IOException {
        try (SpoolLimit limit = new SpoolLimit(2 * MORE_THAN_MEMORY);
                Spool spool = new Spool(folder)) {
            // Given
            add(spool);
            add(spool);
            // When
            SpoolLimit.assertNoRoomFor(() -> add(spool));
            // Then
            assertThat(limit.taken()).isEqualTo(2 * MORE_THAN_MEMORY);
            spool.clear();
            assertThat(limit.taken()).isZero();
            add(spool);
            spool.close();
            assertThat(limit.taken()).isZero();
        }
    }

    @Test
    void whatStaysInMemoryTakesNoRoom() throws IOException {
        try (SpoolLimit limit = new SpoolLimit(0);
                Spool spool = new Spool(folder)) {
            spool.tail().extend(100 << 10);
            spool.spill();
            assertThat(limit.taken()).isZero();
        }
    }
}
