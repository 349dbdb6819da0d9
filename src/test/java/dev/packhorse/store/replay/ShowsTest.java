package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.FsPath;
import dev.packhorse.store.replay.Guide.Snapshot;
import dev.packhorse.store.replay.Shows.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShowsTest {

    private static final long ID = 1_099_596_117L;

    private final SnapshotBuilder builder = new SnapshotBuilder(SnapshotBuilder.V45, 0);

    private Shows shows() throws IOException {
        return new Shows(new Snapshot("1", SnapshotFile.shows(ByteBuffer.wrap(builder.bytes()))), ZoneOffset.UTC);
    }

    private List<String> names(String title) throws IOException {
        return List.copyOf(Objects.requireNonNull(shows().of(title)).keySet());
    }

    @Test
    void aShowIsCalledByItsEpisodeOrElseByItsDate() throws IOException {
        builder.show(ID).title("Friends").episode("The One");
        builder.show(ID + 7200).title("Friends");

        assertThat(shows().titles()).containsExactly("Friends");
        assertThat(names("Friends"))
                .containsExactly("2004-11-04 21-22.mpg", "2004-11-04 21-22.txt", "The One.mpg", "The One.txt");
    }

    @Test
    void datesAreWhereThePersonIs() throws IOException {
        builder.show(ID).title("News");

        Shows there = new Shows(
                new Snapshot("1", SnapshotFile.shows(ByteBuffer.wrap(builder.bytes()))),
                ZoneId.of("America/Los_Angeles"));

        assertThat(Objects.requireNonNull(there.of("News")))
                .containsOnlyKeys("2004-11-04 11-22.mpg", "2004-11-04 11-22.txt");
    }

    @Test
    void whoHasTheSameNameGetsTheDateAndIfNeedBeANumber() throws IOException {
        // Given three of one name, two of them in the same minute, one whose own name is what another would be called
        builder.show(ID).title("Friends").episode("Pilot");
        builder.show(ID + 1).title("Friends").episode("Pilot");
        builder.show(ID + 86_400).title("Friends").episode("Pilot");
        builder.show(ID + 2).title("Friends").episode("Pilot 2004-11-04 19-22");

        SortedMap<String, Entry> names = Objects.requireNonNull(shows().of("Friends"));

        assertThat(names.keySet().stream().filter(name -> name.endsWith(".mpg")))
                .containsExactly(
                        "Pilot 2004-11-04 19-22 (2).mpg",
                        "Pilot 2004-11-04 19-22 (3).mpg",
                        "Pilot 2004-11-04 19-22.mpg",
                        "Pilot 2004-11-05 19-22.mpg");
        assertThat(Objects.requireNonNull(names.get("Pilot 2004-11-04 19-22.mpg"))
                        .show()
                        .showId())
                .isEqualTo(ID + 2);
        assertThat(Objects.requireNonNull(names.get("Pilot 2004-11-04 19-22 (2).mpg"))
                        .show()
                        .showId())
                .isEqualTo(ID);
    }

    @Test
    void theOrderOfTheDeviceDoesNotMatter() throws IOException {
        for (int i = 0; i < 20; i++) {
            builder.show(ID + i).title("T" + i % 3).episode(i % 2 == 0 ? "" : "E" + i % 4);
        }
        List<Show> shows = new java.util.ArrayList<>(SnapshotFile.shows(ByteBuffer.wrap(builder.bytes())));
        Shows one = new Shows(new Snapshot("1", shows), ZoneOffset.UTC);
        Collections.reverse(shows);
        Shows other = new Shows(new Snapshot("2", shows), ZoneOffset.UTC);

        for (String title : one.titles()) {
            assertThat(other.of(title)).isEqualTo(one.of(title));
        }
    }

    @Test
    void whatHasNoRecordingIsLeftOutAndTheSameShowComesOnce() throws IOException {
        builder.show(ID).title("Gone").bytes.putInt(392, 0);
        builder.show(ID + 1).title("Here").episode("a");
        builder.show(ID + 1).title("Here").episode("b");

        assertThat(shows().titles()).containsExactly("Here");
        assertThat(names("Here")).containsExactly("a.mpg", "a.txt");
        assertThat(shows().of("Gone")).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "AC/DC: Live, AC-DC: Live",
                "..., Untitled",
                "., Untitled",
                "`   `, Untitled",
                "`..a. `, a.",
                "Amélie ’68 €, Amélie ’68 €",
                "a\\b, a\\b"
            })
    void titlesAreSafeAsNames(String title, String name) {
        assertThat(Shows.safe(title, "Untitled")).isEqualTo(name);
        assertThat(FsPath.isName(name)).isTrue();
    }

    @Test
    void controlCharactersAndHalvesOfCharactersAreLeftOut() {
        assertThat(Shows.safe("a\u0000b\u007fc\u0085d\ud800e\ufffd", "x")).isEqualTo("abcde");
    }

    @Test
    void namesAreCutBetweenCharacters() throws IOException {
        assertThat(Shows.safe("\ud83d\udcfa".repeat(100), "x")).isEqualTo("\ud83d\udcfa".repeat(37));

        builder.show(ID).title("\u20ac".repeat(200));
        builder.show(ID + 1).title("T").episode("\u20ac".repeat(200));
        builder.show(ID + 2).title("T").episode("\u20ac".repeat(200));

        assertThat(shows().titles()).contains("\u20ac".repeat(50));
        assertThat(names("T"))
                .hasSize(4)
                .allSatisfy(name -> assertThat(name.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(190));
    }

    @Test
    void aTitleIsAsNewAsItsNewestShow() throws IOException {
        builder.show(ID).title("A").eventTime(ID - 5);
        builder.show(ID + 1).title("A").eventTime(0);

        assertThat(shows().newest(Instant.EPOCH)).isEqualTo(Instant.ofEpochSecond(ID + 1));
        assertThat(Shows.newest(Objects.requireNonNull(shows().of("A")))).isEqualTo(Instant.ofEpochSecond(ID + 1));
    }
}
