package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.FsException.Kind;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class WholeBodyTest {

    private static Body body(long declared, int bytes) {
        return body(declared, new ByteArrayInputStream(new byte[bytes]));
    }

    private static Body body(long declared, InputStream in) {
        return new Body() {
            @Override
            public long length() {
                return declared;
            }

            @Override
            public InputStream open() {
                return in;
            }
        };
    }

    private static WholeBody whole(Body body) throws FsException {
        return new WholeBody(body, "write", FsPath.ROOT);
    }

    private static FsException failure(Body body) throws IOException {
        try (WholeBody in = whole(body)) {
            return catchThrowableOfType(FsException.class, in::readAllBytes);
        }
    }

    @Test
    void aBodyOfItsLengthOrOfNoneIsRead() throws Exception {
        try (WholeBody in = whole(body(5, 5))) {
            assertThat(in.readAllBytes()).hasSize(5);
            assertThat(in.count()).isEqualTo(5);
        }
        try (WholeBody in = whole(body(Body.UNKNOWN, 7))) {
            assertThat(in.readAllBytes()).hasSize(7);
        }
        try (WholeBody in = whole(body(0, 0))) {
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void aBodyThatEndsEarlyFailsInsteadOfEnding() throws Exception {
        FsException failure = failure(body(6, 5));
        assertThat(failure.kind()).isEqualTo(Kind.IO);
        assertThat(failure).hasCauseInstanceOf(EOFException.class);
    }

    @Test
    void aBodyThatGoesOnFailsWhoeverReadsOn() throws Exception {
        assertThat(failure(body(4, 5)).kind()).isEqualTo(Kind.IO);
        try (WholeBody in = whole(body(1, 2))) {
            assertThat(in.read()).isZero();
            assertThat(catchThrowableOfType(FsException.class, in::read).kind()).isEqualTo(Kind.IO);
        }
    }

    @Test
    void aBodyThatFailsSaysSoByTheContractsException() throws Exception {
        FsException own = new FsException(Kind.TIMEOUT, "read", FsPath.ROOT);
        for (IOException thrown : new IOException[] {new IOException("broken"), own}) {
            InputStream broken = new InputStream() {
                @Override
                public int read() throws IOException {
                    throw thrown;
                }

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    throw thrown;
                }
            };
            FsException failure = failure(body(1, broken));
            assertThat(failure.kind()).isEqualTo(thrown == own ? Kind.TIMEOUT : Kind.IO);
            assertThat(failure == own || failure.getCause() == thrown).isTrue();
        }
    }

    @Test
    void aBodyThatCannotBeOpenedIsIoToo() {
        Body shut = new Body() {
            @Override
            public long length() {
                return 1;
            }

            @Override
            public InputStream open() throws IOException {
                throw new IOException("shut");
            }
        };
        assertThat(catchThrowableOfType(FsException.class, () -> whole(shut)).kind())
                .isEqualTo(Kind.IO);
    }
}
