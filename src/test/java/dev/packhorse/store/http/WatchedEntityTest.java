package dev.packhorse.store.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class WatchedEntityTest {

    private static final Duration LIMIT = Duration.ofMillis(100);

    @Test
    void aServerThatTakesNothingIsBrokenOff() {
        CountDownLatch broken = new CountDownLatch(1);
        WatchedEntity entity =
                new WatchedEntity(new ByteArrayInputStream(new byte[10]), 10, null, LIMIT, broken::countDown);
        OutputStream stuck = new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("whole arrays are written");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    broken.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new IOException("Socket closed");
            }
        };

        assertThatThrownBy(() -> entity.writeTo(stuck)).hasMessage("Socket closed");
        assertThat(entity.isLate()).isTrue();
    }

    @Test
    void aClientThatTakesItsTimeIsNotTheServersFault() throws IOException {
        InputStream slow = new FilterInputStream(new ByteArrayInputStream("xxx".getBytes(StandardCharsets.US_ASCII))) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                LockSupport.parkNanos(LIMIT.toNanos() * 2);
                return super.read(buffer, offset, 1);
            }
        };
        WatchedEntity entity = new WatchedEntity(slow, 3, null, LIMIT, () -> {
            throw new AssertionError("broken off");
        });
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        entity.writeTo(out);

        assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("xxx");
        assertThat(entity.isLate()).isFalse();
    }
}
