package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Answers as they come, and as they do not. */
class AnswerInputTest {

    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTRANSFER-encoding:  Chunked\r\n\r\n";

    /** Gives a few bytes at a time. */
    private static AnswerInput.Source source(byte[] bytes, int most) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return into -> {
            int count = Math.min(most, Math.min(in.remaining(), into.remaining()));
            into.put(into.position(), in, in.position(), count).position(into.position() + count);
            in.position(in.position() + count);
            return count == 0 ? -1 : count;
        };
    }

    private static String body(String answer, int most) throws IOException {
        AnswerInput input = AnswerInput.open(source(answer.getBytes(ISO_8859_1), most));
        return new String(input.readAllBytes(), ISO_8859_1);
    }

    @Test
    void allFramingsSayTheSame() throws IOException {
        for (String answer : List.of(
                "HTTP/1.0 200 OK\r\n\r\nhello world",
                "HTTP/1.1 200\r\ncontent-LENGTH: 11\r\n\r\nhello world and more",
                "HTTP/1.1 200 OK\nContent-Length: 11\n\nhello world",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
                CHUNKED + "b\r\nhello world\r\n0\r\n\r\n",
                CHUNKED + "0000000B\r\nhello world\r\n00000000\r\n\r\n",
                CHUNKED + "5;x=y\r\nhello\r\n6 \r\n world\r\n0;last\r\nA: b\r\nC: d\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nb\r\nhello world\r\n0\r\n\r\n")) {
            for (int most : new int[] {1, 2, 7, 100_000}) {
                assertThat(body(answer, most)).as(answer).isEqualTo("hello world");
            }
        }
    }

    @Test
    void noContentIsEmpty() throws IOException {
        AnswerInput input =
                AnswerInput.open(source("HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nx".getBytes(ISO_8859_1), 3));
        assertThat(input.isEmpty()).isTrue();
        assertThat(input.read()).isEqualTo(-1);
    }

    @Test
    void everyCutOfAFramedAnswerThrows() throws IOException {
        for (String answer : List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
                CHUNKED + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")) {
            for (int length = 0; length < answer.length(); length++) {
                String cut = answer.substring(0, length);
                assertThatThrownBy(() -> body(cut, 10)).as(cut).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void whatIsTooLongIsRefused() {
        String line = "x".repeat(AnswerInput.MAX_LINE + 1);
        for (String answer : List.of(
                "HTTP/1.1 200 " + line + "\r\n\r\n",
                "HTTP/1.1 200 OK\r\nA: " + line + "\r\n\r\n",
                "HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(AnswerInput.MAX_HEAD / 4) + "\r\n",
                CHUNKED + "1;" + line + "\r\nx\r\n0\r\n\r\n",
                CHUNKED + "0\r\n" + "A: b\r\n".repeat(AnswerInput.MAX_HEAD / 4) + "\r\n",
                "HTTP/1.1 100 Continue\r\n\r\n".repeat(20) + "HTTP/1.1 200 OK\r\n\r\n")) {
            assertThatThrownBy(() -> body(answer, 1000)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void whateverChunksAreCutTheBodyIsTheSame() throws IOException {
        Random random = new Random(4000);
        for (int round = 0; round < 300; round++) {
            byte[] bytes = new byte[random.nextInt(100_000)];
            random.nextBytes(bytes);
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            answer.write(CHUNKED.getBytes(ISO_8859_1));
            for (int at = 0; at < bytes.length; ) {
                int count = Math.min(bytes.length - at, 1 + random.nextInt(1 << random.nextInt(17)));
                String zeros = "0".repeat(random.nextInt(8));
                answer.write((zeros + Integer.toHexString(count) + "\r\n").getBytes(ISO_8859_1));
                answer.write(bytes, at, count);
                answer.write("\r\n".getBytes(ISO_8859_1));
                at += count;
            }
            answer.write("0\r\n\r\n".getBytes(ISO_8859_1));
            int most = 1 + random.nextInt(1 << random.nextInt(17));
            AnswerInput input = AnswerInput.open(source(answer.toByteArray(), most));
            assertThat(input.readAllBytes()).isEqualTo(bytes);
            assertThat(readInto(AnswerInput.open(source(answer.toByteArray(), most)), bytes.length, random))
                    .isEqualTo(bytes);
        }
    }

    /** Into large buffers outside the heap and small ones, at any place in them; what stands around is left alone. */
    private static byte[] readInto(AnswerInput input, int length, Random random) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(length);
        ByteBuffer into = ByteBuffer.allocateDirect(200_000);
        while (true) {
            int start = random.nextInt(100);
            int room = 1 + random.nextInt(1 << random.nextInt(17));
            into.clear().put(start + room, (byte) 42).limit(start + room).position(start);
            int count = input.read(into);
            assertThat(into.limit()).isEqualTo(start + room);
            assertThat(into.limit(into.capacity()).get(start + room)).isEqualTo((byte) 42);
            if (count < 0) {
                return all.array();
            }
            assertThat(count).isPositive().isEqualTo(into.position() - start);
            all.put(into.flip().position(start));
        }
    }

    @Test
    void rubbishEndsInAnAnswerOrAFailure() {
        Random random = new Random(2002);
        List<String> seeds = List.of(
                CHUNKED + "5\r\n0\nabc\r\n6;x\r\n world\r\n0\r\nA: b\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0\nhello wor",
                "HTTP/1.0 204 No\r\n\r\n",
                "HTTP/1.0 200 OK\r\n\r\n00000000\ntype=f\nsize=12\nctime=3\nperm=rw\n");
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size())).getBytes(ISO_8859_1);
            for (int change = random.nextInt(6); change >= 0; change--) {
                int at = random.nextInt(bytes.length);
                switch (random.nextInt(3)) {
                    case 0 -> bytes[at] = (byte) random.nextInt(256);
                    case 1 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                    default -> System.arraycopy(bytes, 0, bytes, at, bytes.length - at);
                }
            }
            try {
                AnswerInput input = AnswerInput.open(source(bytes, 1 + random.nextInt(40)));
                if (round % 2 == 0) {
                    readInto(input, 1000, random);
                }
                for (int lines = 0; input.lastLine(1024) != null; lines++) {
                    assertThat(lines).isLessThanOrEqualTo(bytes.length);
                }
            } catch (IOException expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
        }
    }
}
