package dev.packhorse.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.SpoolLimit;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.object.Source;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartTest {

    @TempDir
    Path folder;

    @Test
    @SuppressWarnings("try") // what closing gives back is what is tested
    void partsOnTheDiskTakeRoomThatIsLimited() throws IOException {
        try (SpoolLimit limit = new SpoolLimit(500_000);
                Part first = new Part.OnDisk(folder, 400_000);
                Part second = new Part.OnDisk(folder, 400_000);
                Source source = new Source(Body.of(new byte[800_000]), FsPath.ROOT)) {
            // Given
            first.fill(source);
            // When
            SpoolLimit.assertNoRoomFor(() -> second.fill(source));
            // Then
            first.close();
            second.close();
            assertThat(limit.taken()).isZero();
        }
    }
}
