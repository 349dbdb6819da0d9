package dev.packhorse.front.openhands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.FileTree;
import dev.packhorse.KilledProcess;
import dev.packhorse.fs.Store;
import dev.packhorse.store.local.LocalStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A receiver of webhooks that is killed with SIGKILL, again and again, applies what it has answered, in order and nothing else. */
@Timeout(600)
class KilledReceiverTest {

    private static final int KILLS = 4;

    @TempDir
    Path folder;

    @Test
    void whatWasAnsweredIsAppliedAfterEachKill() throws Exception {
        Path spool = folder.resolve("spool");
        Path files = Files.createDirectory(folder.resolve("files"));
        Map<String, String> expected = new TreeMap<>();
        Random random = new Random(20020103);
        for (int kill = 0; kill < KILLS; kill++) {
            long seed = random.nextLong();
            int answered = KilledProcess.run(
                    KilledReceiver.class,
                    20 + random.nextInt(200),
                    spool.toString(),
                    files.toString(),
                    Long.toString(seed));
            applyWhatWaits(spool, files);

            Random requests = new Random(seed);
            for (int i = 0; i < answered; i++) {
                KilledReceiver.Request.next(requests).apply(expected);
            }
            Map<String, String> oneMore = new TreeMap<>(expected);
            KilledReceiver.Request.next(requests).apply(oneMore);
            // One more may have been safe when the kill came in between it and its answer.
            assertThat(FileTree.of(files)).isIn(expected, oneMore);
            expected = FileTree.of(files);
        }
        assertThat(expected).isNotEmpty();
    }

    private static void applyWhatWaits(Path spool, Path files) throws IOException {
        try (Store store = LocalStore.open(files, LocalStore.Options.DEFAULT);
                Mirror mirror = Mirror.start("/mirror", spool, caller -> store, WebhookOptions.DEFAULT)) {
            await().atMost(Duration.ofMinutes(1)).until(() -> mirror.backlog() == 0);
            assertThat(mirror.failed()).isZero();
        }
    }
}
