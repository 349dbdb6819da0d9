package dev.packhorse.store.vfs.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.SpoolLimit;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    @TempDir
    Path folder;

    private Bytes copy(int length, long limit) throws IOException {
        try (Spool spool = new Spool(folder, limit);
                InputStream in = spool.copying(new ByteArrayInputStream(new byte[length]))) {
            in.readAllBytes();
            return Objects.requireNonNull(spool.take());
        }
    }

    @Test
    void copiesOfArchivesTakeRoomThatIsLimited() throws IOException {
        try (SpoolLimit limit = new SpoolLimit(300_000)) {
            // Given
            Bytes first = copy(200_000, 1 << 20);
            // When
            SpoolLimit.assertNoRoomFor(() -> copy(200_000, 1 << 20));
            // Then
            assertThat(limit.taken()).isEqualTo(200_000);
            first.close();
            assertThat(limit.taken()).isZero();
        }
    }

    @Test
    void aCopyThatIsGivenUpGivesItsRoomBack() throws IOException {
        try (SpoolLimit limit = new SpoolLimit(300_000);
                Spool spool = new Spool(folder, 100_000);
                InputStream in = spool.copying(new ByteArrayInputStream(new byte[250_000]))) {
            in.readAllBytes();
            assertThat(spool.take()).isNull();
            assertThat(limit.taken()).isZero();
        }
    }
}
