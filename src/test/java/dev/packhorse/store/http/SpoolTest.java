package dev.packhorse.store.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.SpoolLimit;
import dev.packhorse.fs.FsPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    @TempDir
    Path folder;

    private Spool spool(int length) throws IOException {
        return Spool.of(new ByteArrayInputStream(new byte[length]), folder, 1 << 20, "read", FsPath.ROOT);
    }

    @Test
    void filesThatAreTakenDownTakeRoomThatIsLimited() throws IOException {
        try (SpoolLimit limit = new SpoolLimit(300_000)) {
            // Given
            Spool first = spool(200_000);
            // When
            SpoolLimit.assertNoRoomFor(() -> spool(200_000));
            // Then
            assertThat(limit.taken()).isEqualTo(200_000);
            first.close();
            assertThat(limit.taken()).isZero();
            spool(200_000).close();
        }
    }
}
