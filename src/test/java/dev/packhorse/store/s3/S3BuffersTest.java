package dev.packhorse.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.SpoolLimit;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.object.Buffers;
import dev.packhorse.store.object.Condition;
import dev.packhorse.store.object.Headers;
import dev.packhorse.store.object.HeldUploads;
import dev.packhorse.store.object.Upload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/** How much of many bodies waits in memory. */
class S3BuffersTest {

    private static final int UPLOADS = 16;

    @TempDir
    Path folder;

    @Test
    void sixteenUploadsAtOnceHoldNoMoreThanTheBuffersAndTheRestIsOnTheDisk() throws Exception {
        Buffers buffers = new Buffers(4);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (S3Server server = S3Server.start(folder);
                SpoolLimit disk = new SpoolLimit(1L << 30);
                HeldUploads held = new HeldUploads()) {
            Parts parts = new Parts(held);
            String name = server.bucket();
            S3Client client = Clients.of(server.options(), List.of(parts));
            Bucket bucket = new Bucket(client, name, "", true);
            Headers headers = new Headers("text/plain", Map.of());
            held.begin(UPLOADS, (number, body) -> {
                FsPath path = FsPath.ROOT.child("a" + number);
                try (Upload upload =
                        new S3Upload(bucket, buffers, threads, folder, "a" + number, false, "write", path)) {
                    upload.receive(body, headers, Condition.NONE);
                }
            });

            await().atMost(Duration.ofMinutes(1)).until(() -> parts.keys.size() == UPLOADS);
            assertThat(buffers.available()).isZero();
            // Each has begun to read with 64 KiB, goes on with 128 KiB onto the disk, and a byte shows whether there
            // is more.
            assertThat(held.read() - disk.taken())
                    .isLessThanOrEqualTo(4L * Buffers.SIZE + UPLOADS * (64L * 1024 + 128 * 1024 + 1));

            held.release();
            for (Future<?> each : held.uploads()) {
                assertThatThrownBy(each::get).hasCauseInstanceOf(FsException.class);
            }
            assertThat(buffers.available()).isEqualTo(4);
            assertThat(disk.taken()).isZero();
            assertThat(server.client()
                            .listMultipartUploads(request -> request.bucket(name))
                            .uploads())
                    .isEmpty();
            client.close();
        } finally {
            threads.shutdownNow();
        }
    }

    /** Holds each part, and breaks it then: 144 MiB are too much for the server. */
    private record Parts(HeldUploads held, Set<String> keys) implements ExecutionInterceptor {

        Parts(HeldUploads held) {
            this(held, ConcurrentHashMap.newKeySet());
        }

        @Override
        public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
            if (context.request() instanceof UploadPartRequest part) {
                keys.add(part.key());
                held.hold();
                throw new IllegalStateException("broken");
            }
        }
    }
}
