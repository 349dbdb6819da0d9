package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExactStreamTest {

    private final InputStream ten = new ByteArrayInputStream(new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});

    @Test
    void whatFollowsIsNotTouched() throws Exception {
        ExactStream in = new ExactStream(ten, 4);
        assertThat(in.available()).isEqualTo(4);
        assertThat(in.readAllBytes()).containsExactly(0, 1, 2, 3);
        assertThat(in.read()).isEqualTo(-1);
        assertThat(ten.read()).isEqualTo(4);
    }

    @Test
    void skippingStopsAtTheEnd() throws Exception {
        ExactStream in = new ExactStream(ten, 4);
        assertThat(in.skip(3)).isEqualTo(3);
        assertThat(in.skip(3)).isEqualTo(1);
        assertThat(in.skip(-1)).isZero();
        assertThat(in.read()).isEqualTo(-1);
        assertThat(ten.read()).isEqualTo(4);
    }

    @Test
    void missingBytesAreAFailureAndNotTheEnd() {
        ExactStream in = new ExactStream(ten, 11);
        assertThatExceptionOfType(EOFException.class)
                .isThrownBy(in::readAllBytes)
                .withMessage("1 bytes are missing");
    }

    @Test
    void aHeirIsToldWhatPassesAndNamesFailures() throws Exception {
        List<String> told = new ArrayList<>();
        ExactStream in = new ExactStream(ten, 12) {
            @Override
            protected void passed(long count, long left) {
                told.add(count + " of " + (count + left));
            }

            @Override
            protected IOException failure(IOException e) {
                return new IOException("named", e);
            }
        };
        assertThat(in.read(new byte[4])).isEqualTo(4);
        assertThat(in.skip(6)).isEqualTo(6);
        assertThatExceptionOfType(IOException.class).isThrownBy(in::read).withMessage("named");
        assertThat(told).containsExactly("4 of 12", "6 of 8");
    }
}
