package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.store.replay.Guide.Snapshot;
import dev.packhorse.wire.replay.ReplayStatus;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuideTest {

    private static final String SERIAL = "RTV4080K1A13141516";

    private final SnapshotBuilder shows = new SnapshotBuilder(SnapshotBuilder.V43, 1);
    private final FakeGuide device = new FakeGuide(shows);
    private final Guide guide = new Guide(device, () -> SERIAL);

    private static Guide answering(byte[] answer) {
        return new Guide(target -> new ByteArrayInputStream(answer), () -> SERIAL);
    }

    private static Guide answering(String answer) {
        return answering(answer.getBytes(ISO_8859_1));
    }

    @Test
    void theSameSnapshotIsNotSentAgain() throws IOException {
        shows.show(1_099_596_117L).title("Friends");

        Snapshot first = guide.snapshot(null);
        Snapshot second = guide.snapshot(first);
        device.changed();
        Snapshot third = guide.snapshot(second);

        assertThat(first.shows()).hasSize(1);
        assertThat(second).isSameAs(first);
        assertThat(third).isNotSameAs(first);
        assertThat(device.asked)
                .containsExactly(
                        "/http_replay_guide-get_snapshot?guide_file_name=0&serial_no=" + SERIAL,
                        "/http_replay_guide-get_snapshot?guide_file_name=1000&serial_no=" + SERIAL,
                        "/http_replay_guide-get_snapshot?guide_file_name=1000&serial_no=" + SERIAL);
    }

    @Test
    void showsAreNamedByBothIds() throws IOException {
        shows.show(1_099_596_117L);
        Show show = guide.snapshot(null).shows().get(0);

        assertThat(guide.isShowInUse(show)).isFalse();
        device.inUse = true;
        assertThat(guide.isShowInUse(show)).isTrue();
        guide.deleteShow(show);

        String ids = "?channel_id=0x3c000001&show_id=0x418a8155&serial_no=" + SERIAL;
        assertThat(device.asked.subList(1, 4))
                .containsExactly(
                        "/http_replay_guide-is_show_in_use" + ids,
                        "/http_replay_guide-is_show_in_use" + ids,
                        "/http_replay_guide-delete_show" + ids);
    }

    @Test
    void aRefusalTellsItsStatus() {
        assertThatThrownBy(() -> answering("94780001\n").snapshot(null))
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.status()).isEqualTo(ReplayStatus.INVALID_ID));
        assertThatThrownBy(() -> answering("94780099").snapshot(null))
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.status()).isNull());
    }

    @Test
    void theEndMarkMayBeMissingAndZerosMayLeadTheLength() throws IOException {
        byte[] file = shows.bytes();
        String answer = "0\r\nRemoteFileName=x\r\nguide_file_name=7\r\nFileLength=0" + file.length
                + "\r\n#####ATTACHED_FILE_START#####" + new String(file, ISO_8859_1);

        assertThat(answering(answer).snapshot(null)).isEqualTo(new Snapshot("7", java.util.List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello\n",
                "0\n",
                "0\nguide_file_name=upToDate\n",
                "0\nguide_file_name=1\nFileLength=3\n",
                "0\nguide_file_name=1\n#####ATTACHED_FILE_START#####abc",
                "0\nguide_file_name=1\nFileLength=-1\n#####ATTACHED_FILE_START#####abc",
                "0\nguide_file_name=1\nFileLength=8388609\n#####ATTACHED_FILE_START#####abc",
                "0\nguide_file_name=1\nFileLength=99999999999\n#####ATTACHED_FILE_START#####abc",
                "0\nguide_file_name=1\nFileLength=3\n#####ATTACHED_FILE_STARS#####abc",
                "0\nguide_file_name=1\nFileLength=3\n#####ATTACHED_FILE_START#####abcd",
                "0\nguide_file_name=1\nFileLength=3\n#",
                "0\nguide_file_name=a b\nFileLength=0\n#####ATTACHED_FILE_START#####"
            })
    void refusesWhatIsNoSnapshot(String answer) {
        assertThatThrownBy(() -> answering(answer).snapshot(null)).isInstanceOf(IOException.class);
    }

    @Test
    void aSnapshotThatIsCutShortIsNoSnapshot() {
        shows.show(1);
        byte[] answer = FakeGuide.answer("1", shows.bytes());

        assertThatThrownBy(() ->
                        answering(Arrays.copyOf(answer, answer.length - 30)).snapshot(null))
                .isInstanceOf(EOFException.class);
        assertThatThrownBy(() ->
                        answering(Arrays.copyOf(answer, answer.length - 5)).snapshot(null))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aDeviceThatTalksWithoutEndIsNotListenedTo() {
        InputStream endless = new InputStream() {
            private int count;

            @Override
            public int read() {
                return count++ % 8 == 1 ? '\n' : '0';
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                target[offset] = (byte) read();
                return 1;
            }
        };

        assertThatThrownBy(() -> new Guide(target -> endless, () -> SERIAL).snapshot(null))
                .hasMessageContaining("on and on");
        assertThatThrownBy(() -> answering("0\n" + "x".repeat(10_000)).snapshot(null))
                .hasMessageContaining("too long");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0\n", "0\nshow_in_use=\n", "0\nshow_in_use=maybe\n", "0\nin_use=0x0\n", "0\nshow_in_use=0x"})
    void anAnswerThatDoesNotSayWhetherAShowIsInUseIsNoNo(String answer) throws IOException {
        shows.show(1);
        Show show = guide.snapshot(null).shows().get(0);

        assertThatThrownBy(() -> answering(answer).isShowInUse(show)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "RTV 4080", "RTV&x=1", "RTV4080\r\n"})
    void aSerialNumberIsLettersAndDigits(String serial) {
        assertThatThrownBy(() -> ShowsOptions.of(serial)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whateverComesIsASnapshotOrRefused() {
        shows.show(1_099_596_117L).title("Friends");
        byte[] good = FakeGuide.answer("1", shows.bytes());
        Random random = new Random(8);
        int read = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] changed = Arrays.copyOf(good, good.length - (i % 3 == 0 ? random.nextInt(good.length) : 0));
            if (changed.length > 0) {
                changed[random.nextInt(Math.min(changed.length, 150))] = (byte) random.nextInt(256);
            }
            try {
                answering(changed).snapshot(null);
                read++;
            } catch (IOException e) {
                assertThat(e.getMessage()).isNotNull();
            }
        }
        assertThat(read).isPositive();
    }
}
