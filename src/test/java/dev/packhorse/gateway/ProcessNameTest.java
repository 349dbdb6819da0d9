package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessNameTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private String taken() throws Exception {
        try (ProcessName name = ProcessName.of(folder)) {
            return name.toString();
        }
    }

    @Test
    void itIsTheSameAfterARestart() throws Exception {
        assertThat(taken()).hasSize(36).isEqualTo(taken());
    }

    @Test
    void aSecondOneInTheSameFolderHasAnotherEachTime() throws Exception {
        try (ProcessName first = ProcessName.of(folder);
                ProcessName second = ProcessName.of(folder);
                ProcessName third = ProcessName.of(folder)) {
            assertThat(second.toString()).isNotEqualTo(first.toString()).isNotEqualTo(third.toString());
        }
    }

    @Test
    void oneThatACrashHasCutOffIsMadeAnew() throws Exception {
        String first = taken();
        Files.writeString(folder.resolve("process"), first.substring(0, 20));
        assertThat(taken()).hasSize(36).isNotEqualTo(first).isEqualTo(taken());
    }
}
