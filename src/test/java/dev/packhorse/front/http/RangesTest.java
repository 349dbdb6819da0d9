package dev.packhorse.front.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.ByteRange;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangesTest {

    @Test
    void rangesAreReadInTheOrderAsked() {
        assertThat(Ranges.parse("bytes=0-0", 10)).containsExactly(new ByteRange(0, 1));
        assertThat(Ranges.parse("Bytes=5-", 10)).containsExactly(new ByteRange(5, 5));
        assertThat(Ranges.parse("bytes=-3", 10)).containsExactly(new ByteRange(7, 3));
        assertThat(Ranges.parse("bytes=-300", 10)).containsExactly(new ByteRange(0, 10));
        assertThat(Ranges.parse("bytes=8-99999999999999999999999", 10)).containsExactly(new ByteRange(8, 2));
        assertThat(Ranges.parse("bytes= 8-9 ,, 0-1 ,\t4-4,", 10))
                .containsExactly(new ByteRange(8, 2), new ByteRange(0, 2), new ByteRange(4, 1));
    }

    @Test
    void whatCannotBeSatisfiedIsLeftOut() {
        assertThat(Ranges.parse("bytes=10-", 10)).isEmpty();
        assertThat(Ranges.parse("bytes=-0", 10)).isEmpty();
        assertThat(Ranges.parse("bytes=0-", 0)).isEmpty();
        assertThat(Ranges.parse("bytes=99999999999999999999999-", 10)).isEmpty();
        assertThat(Ranges.parse("bytes=10-12,3-3,-0", 10)).containsExactly(new ByteRange(3, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=,",
                "bytes=-",
                "bytes=1",
                "bytes=a-b",
                "bytes=3-2",
                "bytes=1-2-3",
                "bytes=--1",
                "bytes=1-2,x",
                "bytes=+1-2",
                "items=0-1",
                "bytes=1 - 2",
                "bytes =1-2"
            })
    void badSyntaxIsIgnored(String value) {
        assertThat(Ranges.parse(value, 10)).isNull();
    }

    @Test
    void tooManyRangesAndMoreThanTheWholeAreIgnored() {
        assertThat(Ranges.parse("bytes=" + "0-0,".repeat(64), 100)).hasSize(64);
        assertThat(Ranges.parse("bytes=" + "0-0,".repeat(65), 100)).isNull();
        assertThat(Ranges.parse("bytes=0-9,0-0", 10)).isNull();
        assertThat(Ranges.parse("bytes=0-4,5-9", 10)).hasSize(2);
        assertThat(Ranges.parse("bytes=0-4,0-5", 10)).isNull();
    }

    @Test
    void aSuffixOfAnEmptyFileIsTheWhole() {
        assertThat(Ranges.parse("bytes=-5", 0)).isNull();
    }

    @Test
    void whateverComesTheRangesLieWithin() {
        Random random = new Random(7);
        String alphabet = "0123456789-,= bytes";
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder("bytes=");
            for (int n = random.nextInt(20); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(random.nextInt(4) == 0 ? alphabet.length() : 12)));
            }
            long size = random.nextInt(3) == 0 ? random.nextInt(5) : random.nextInt(100_000);
            List<ByteRange> ranges = Ranges.parse(text.toString(), size);
            if (ranges != null) {
                for (ByteRange range : ranges) {
                    assertThat(range.length()).as(text.toString()).isPositive();
                    assertThat(range.end()).as(text.toString()).isLessThanOrEqualTo(size);
                }
            }
        }
    }
}
