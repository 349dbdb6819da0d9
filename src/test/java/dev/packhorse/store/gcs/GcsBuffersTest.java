package dev.packhorse.store.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.FsPath;
import dev.packhorse.store.object.Buffers;
import dev.packhorse.store.object.Condition;
import dev.packhorse.store.object.Headers;
import dev.packhorse.store.object.HeldUploads;
import dev.packhorse.store.object.Upload;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How much of many bodies waits in memory. */
class GcsBuffersTest {

    private static final int UPLOADS = 16;
    private static final int QUANTUM = 256 * 1024;

    @Test
    void sixteenUploadsAtOnceHoldNoMoreThanTheBuffersAndAllArrive() throws Exception {
        Buffers buffers = new Buffers(2);
        CountDownLatch sent = new CountDownLatch(UPLOADS);
        try (GcsServer server = GcsServer.start("bucket");
                HeldUploads held = new HeldUploads()) {
            server.before("PUT session", () -> {
                sent.countDown();
                held.hold();
            });
            Clients clients = Clients.of(
                    new GcsOptions(server.endpoint(), null, true, Duration.ofMinutes(1), Duration.ofMinutes(1), 0));
            GcsBucket bucket = new GcsBucket(clients.storage(), "bucket", "");
            Headers headers = new Headers("text/plain", Map.of());
            held.begin(UPLOADS, (number, body) -> {
                FsPath path = FsPath.ROOT.child("a" + number);
                try (Upload upload = new GcsUpload(bucket, clients.sessions(), buffers, "a" + number, "write", path)) {
                    upload.receive(body, headers, Condition.NONE);
                    upload.finish(headers, Condition.NONE);
                }
            });

            assertThat(sent.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(buffers.available()).isZero();
            // Each has what it has sent and waits for an answer to, what it reads with, and a byte to see whether there
            // is more.
            assertThat(held.read()).isLessThanOrEqualTo(2L * Buffers.SIZE + UPLOADS * (2L * QUANTUM + 1));

            held.release();
            for (Future<?> each : held.uploads()) {
                each.get();
            }
            assertThat(server.keys()).hasSize(UPLOADS);
            assertThat(buffers.available()).isEqualTo(2);
        }
    }
}
