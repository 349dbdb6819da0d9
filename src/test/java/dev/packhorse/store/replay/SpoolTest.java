package dev.packhorse.store.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.SpoolLimit;
import dev.packhorse.fs.Body;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    @TempDir
    Path folder;

    @Test
    void bodiesOfUnknownLengthTakeRoomThatIsLimited() throws IOException {
        try (SpoolLimit limit = new SpoolLimit(300_000)) {
            // Given
            Spool first = Spool.of(Body.of(new byte[200_000]), folder);
            // When
            SpoolLimit.assertNoRoomFor(() -> Spool.of(Body.of(new byte[200_000]), folder));
            // Then
            assertThat(limit.taken()).isEqualTo(200_000);
            first.close();
            assertThat(limit.taken()).isZero();
        }
    }
}
