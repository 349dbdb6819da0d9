package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RequestBodyTest {

    private final AtomicInteger resumed = new AtomicInteger();
    private final RequestBody body = new RequestBody(-1, Long.MAX_VALUE, new RequestBody.Socket() {
        @Override
        public void want() {}

        @Override
        public void resume() {
            resumed.incrementAndGet();
        }
    });

    @Test
    void bytesThatArriveWhileItIsPausedDoNotMakeItForgetToResume() throws IOException {
        assertThat(body.offer(Unpooled.wrappedBuffer(new byte[512 << 10]))).isFalse();
        try (InputStream in = body.open()) {
            assertThat(in.readNBytes(8192)).hasSize(8192);
            assertThat(body.offer(Unpooled.wrappedBuffer(new byte[1]))).isFalse();
            body.complete();
            assertThat(in.readAllBytes()).hasSize((512 << 10) - 8192 + 1);
        }
        assertThat(resumed).hasValue(1);
    }

    @Test
    void tinyPartsPauseItBeforeTheyFillTheMemory() throws IOException {
        int parts = 0;
        boolean room = true;
        while (room && parts < 512 << 10) {
            room = body.offer(Unpooled.wrappedBuffer(new byte[1]));
            parts++;
        }
        assertThat(parts).isLessThan(10_000);
        try (InputStream in = body.open()) {
            assertThat(in.readNBytes(parts)).hasSize(parts);
            assertThat(body.isPaused()).isFalse();
        }
        assertThat(resumed).hasValue(1);
    }
}
