package dev.packhorse.store.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.store.replay.Show.Part;
import dev.packhorse.store.replay.Show.Quality;
import dev.packhorse.store.replay.Show.Texts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotFileTest {

    private static final long ID = 1_099_596_117L;

    private static SnapshotBuilder two(int version) {
        SnapshotBuilder builder = new SnapshotBuilder(version, 3);
        builder.show(ID)
                .title("Friends")
                .episode("The One With \u2019t")
                .text(2, "Caf\u00e9\0ignored")
                .text(3, "A; B")
                .text(4, "Guest")
                .text(5, "suzuki")
                .text(6, "Producer")
                .text(7, "Director")
                .label("NBC");
        builder.show(0xF0000000L).title("Film\n \u00a0two").movie(1968).part(2, 3);
        return builder;
    }

    @ParameterizedTest
    @ValueSource(ints = {SnapshotBuilder.V43, SnapshotBuilder.V45, SnapshotBuilder.V50})
    void readsTheShowsOfEachVersion(int version) throws IOException {
        List<Show> shows = SnapshotFile.shows(ByteBuffer.wrap(two(version).bytes()));

        assertThat(shows)
                .containsExactly(
                        new Show(
                                0x3c000001,
                                ID,
                                3,
                                Quality.MEDIUM,
                                "NBC",
                                new Texts(
                                        "Friends",
                                        "The One With \u2019t",
                                        "Caf\u00e9",
                                        "A; B",
                                        "Guest",
                                        "Producer",
                                        "Director"),
                                Instant.ofEpochSecond(ID + 60),
                                30,
                                1800,
                                3600,
                                123_456_789_012L,
                                0,
                                null),
                        new Show(
                                0x3c000001,
                                0xF0000000L,
                                3,
                                Quality.MEDIUM,
                                "",
                                new Texts("Film two", "", "", "", "", "", ""),
                                Instant.ofEpochSecond(0xF0000000L + 60),
                                30,
                                1800,
                                3600,
                                123_456_789_012L,
                                1968,
                                new Part(2, 3)));
        assertThat(shows.get(0).fileName()).isEqualTo("1099596117.mpg");
        assertThat(shows.get(1).fileName()).isEqualTo("4026531840.mpg");
    }

    @ParameterizedTest
    @ValueSource(ints = {SnapshotBuilder.V43, SnapshotBuilder.V45, SnapshotBuilder.V50})
    void aDeviceMayHaveRecordedNothing(int version) throws IOException {
        assertThat(SnapshotFile.shows(ByteBuffer.wrap(new SnapshotBuilder(version, 0).bytes())))
                .isEmpty();
    }

    @Test
    void aShowWithoutSecondsOrPicturesIsNotUsable() throws IOException {
        SnapshotBuilder builder = new SnapshotBuilder(SnapshotBuilder.V43, 0);
        builder.show(1).bytes.putInt(392, 0);
        builder.show(2).bytes.putInt(396, 0);
        builder.show(3);

        assertThat(SnapshotFile.shows(ByteBuffer.wrap(builder.bytes())))
                .extracting(Show::isUsable)
                .containsExactly(false, false, true);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 31, 800, 807, 839})
    void aSnapshotThatEndsInItsHeaderIsRefused(int length) {
        assertThatThrownBy(() -> SnapshotFile.shows(ByteBuffer.wrap(
                        java.util.Arrays.copyOf(new SnapshotBuilder(SnapshotBuilder.V50, 0).bytes(), length))))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 807, 809, 2681, 2682, 1_000_000, -1, Integer.MIN_VALUE})
    void anOffsetThatLeadsElsewhereIsRefused(int offset) {
        byte[] file = two(SnapshotBuilder.V43).bytes();
        ByteBuffer.wrap(file).putInt(24, offset);

        assertThatThrownBy(() -> SnapshotFile.shows(ByteBuffer.wrap(file))).hasMessageContaining("offset of the shows");
    }

    @Test
    void countsThatDifferAreRefused() {
        byte[] file = two(SnapshotBuilder.V45).bytes();
        ByteBuffer.wrap(file).putInt(8, 99);

        assertThatThrownBy(() -> SnapshotFile.shows(ByteBuffer.wrap(file))).hasMessageContaining("number of channels");
    }

    @Test
    void anUnknownVersionIsRefused() {
        byte[] file = two(SnapshotBuilder.V45).bytes();
        ByteBuffer.wrap(file).putInt(0, 0x00060001);

        assertThatThrownBy(() -> SnapshotFile.shows(ByteBuffer.wrap(file))).hasMessageContaining("version");
    }

    @Test
    void textsThatAreLongerThanTheirPlaceAreRefused() throws IOException {
        // Given 228 bytes in all, of which a movie and a part take twelve
        byte[] file = two(SnapshotBuilder.V43).bytes();
        int second = file.length - 444;
        ByteBuffer.wrap(file).put(second + 104 + 36, (byte) 216);
        assertThat(SnapshotFile.shows(ByteBuffer.wrap(file))).hasSize(2);

        ByteBuffer.wrap(file).put(second + 104 + 37, (byte) 1);

        assertThatThrownBy(() -> SnapshotFile.shows(ByteBuffer.wrap(file))).hasMessageContaining("length of a text");
    }

    @Test
    void whateverComesIsReadOrRefused() {
        Random random = new Random(7);
        int read = 0;
        for (int version : new int[] {SnapshotBuilder.V43, SnapshotBuilder.V45, SnapshotBuilder.V50}) {
            byte[] good = two(version).bytes();
            for (int i = 0; i < 3_000; i++) {
                byte[] changed = java.util.Arrays.copyOf(good, good.length - (i % 4 == 0 ? random.nextInt(900) : 0));
                for (int n = random.nextInt(6); n >= 0; n--) {
                    int at = random.nextBoolean() ? random.nextInt(64) : random.nextInt(changed.length);
                    changed[at] = (byte) random.nextInt(256);
                }
                try {
                    read += SnapshotFile.shows(ByteBuffer.wrap(changed)).size();
                } catch (IOException e) {
                    assertThat(e).hasMessageContaining("snapshot");
                }
            }
        }
        assertThat(read).isPositive();
    }
}
