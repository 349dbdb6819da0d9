package dev.packhorse.store.vfs.ftp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.NodeType;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FactsTest {

    @Test
    void aLineIsReadWhateverItsOrderAndCase() throws IOException {
        Entry entry = Objects.requireNonNull(
                Facts.parse("modify=19700101000001;UNIQUE=5U1;Perm=adfrw;sIzE=7;TyPe=FiLe; a=b; c "));
        assertThat(entry.name()).isEqualTo("a=b; c ");
        assertThat(entry.type()).isEqualTo(NodeType.FILE);
        assertThat(entry.size()).isEqualTo(7);
        assertThat(entry.modified()).isEqualTo(Instant.ofEpochSecond(1));
        assertThat(entry.unique()).isEqualTo("5U1");
        assertThat(entry.owner()).isNull();
        assertThat(entry.mode()).isNull();
    }

    @Test
    void theDirectoryItselfIsAnEntryOnlyWhenAskedFor() throws IOException {
        assertThat(Facts.parse("type=cdir; /a")).isNull();
        assertThat(Facts.parseOne("Type=cdir;Modify=20240229235958; /a")).isNotNull();
    }

    @Test
    void timesAreReadToTheNanosecondOrNotAtAll() {
        assertThat(Facts.time("20240229235958")).isEqualTo(Instant.parse("2024-02-29T23:59:58Z"));
        assertThat(Facts.time("20240229235958.5")).isEqualTo(Instant.parse("2024-02-29T23:59:58.5Z"));
        assertThat(Facts.time("20240229235958.1234567891")).isEqualTo(Instant.parse("2024-02-29T23:59:58.123456789Z"));
        for (String odd : List.of(
                "",
                "2024",
                "20230229235958",
                "20240229235960",
                "20240229245958",
                "2024022923595x",
                "20240229235958x",
                "20240229235958.x",
                "-2024022923595",
                "20240229235958.-1")) {
            assertThat(Facts.time(odd)).as(odd).isEqualTo(Instant.EPOCH);
        }
        assertThat(Facts.text(Instant.parse("2024-02-29T23:59:58.9Z"))).isEqualTo("20240229235958");
    }

    @Test
    void noLineBreaksTheParser() {
        List<String> pieces = List.of(
                "type=",
                "file",
                "dir",
                "OS.unix=slink:",
                "size=",
                "5",
                "-1",
                "99999999999999999999",
                ";",
                ";;",
                "=",
                " ",
                "  ",
                "modify=",
                "20240229235958",
                ".",
                ".5",
                "unix.mode=",
                "0644",
                "9",
                "unix.uid=",
                "unix.gid=",
                "unix.owner=",
                "perm=",
                "unique=",
                "a",
                "é",
                "\u0000",
                "\t",
                "/",
                "\\",
                ".packhorse-");
        Random random = new Random(4711);
        int entries = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder line = new StringBuilder(i % 3 == 0 ? "type=file;size=1;" : "");
            for (int j = random.nextInt(10); j >= 0; j--) {
                line.append(pieces.get(random.nextInt(pieces.size())));
            }
            try {
                Entry entry = Facts.parse(line.toString());
                if (entry != null) {
                    entries++;
                    assertThat(entry.name()).isNotEmpty();
                    assertThat(entry.node(FsPath.ROOT).size()).isNotNegative();
                }
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("without a size");
            }
        }
        assertThat(entries).isGreaterThan(10_000);
    }

    @Test
    void whatIsFreeIsReadFromTheEndOfAReply() throws IOException {
        assertThat(Facts.trailingNumber("213 42")).isEqualTo(42);
        assertThat(Facts.trailingNumber("213 Free: 42 ")).isEqualTo(42);
    }
}
