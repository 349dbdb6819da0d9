package dev.packhorse.front.httpfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.front.http.Answer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarApplyingTest {

    private final Client client = new Client();

    @Test
    void entriesAreAppliedInAnyOrderAndAnswered() {
        Answer answer = client.tar(
                "/base",
                Tar.of(Tar.file("d/e/f.txt"), Tar.entry("d/", '5', 0), Tar.link("d/l", "no/where"), Tar.file("./g")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/x-tar-apply");
        assertThat(answer.text())
                .isEqualTo(
                        "+ /fs/files/base/d/e/f.txt\n+ /fs/files/base/d\n+ /fs/files/base/d/l\n+ /fs/files/base/g\n");
        assertThat(client.get("/base/d/e/f.txt").line()).isEqualTo("200 xxx");
        assertThat(client.get("/base/d/l").line()).isEqualTo("200 no/where");
        assertThat(client.head("/base/d/l").header("Content-Type")).isEqualTo("application/x-symlink");
        assertThat(client.get("/base").text()).isEqualTo("d 16800\ng 33184\n");
    }

    @Test
    void metadataIsAppliedToDirectoriesToo() {
        client.tar("/", Tar.of(Tar.entry("d/", '5', 0), Tar.file("d/f")));

        for (String path : new String[] {"/d", "/d/f"}) {
            assertThat(client.head(path).header("Content-Modified")).isEqualTo("1000");
            assertThat(client.head(path).header("Content-Ownership")).isEqualTo("5:6");
        }
        assertThat(client.head("/d/f").header("Content-Mode")).isEqualTo("33184");
    }

    @Test
    void aDeleteMarkerRemovesATreeAndIgnoresWhatIsNotThere() {
        client.makeDirectory("/b");
        client.makeDirectory("/b/d");
        client.put("/b/d/x", "1");

        Answer answer = client.tar(
                "/b",
                new Tar()
                        .delete("d")
                        .delete("absent/deep")
                        .raw("e", '0', new byte[0])
                        .end());

        assertThat(answer.line()).isEqualTo("200 - /fs/files/b/d\n- /fs/files/b/absent/deep\n+ /fs/files/b/e");
        assertThat(client.get("/b").text()).isEqualTo("e 33188\n");
    }

    @Test
    void onlyAnEmptyDeleteRecordOnAnEmptyFileIsAMarker() {
        client.put("/a", "old");

        Answer answer = client.tar(
                "/",
                new Tar()
                        .records('x', "delete", "no")
                        .raw("a", '0', new byte[0])
                        .records('x', "delete", "")
                        .raw("b", '0', "content".getBytes(UTF_8))
                        .end());

        assertThat(answer.line()).isEqualTo("200 + /fs/files/a\n+ /fs/files/b");
        assertThat(client.get("/b").line()).isEqualTo("200 content");
    }

    @Test
    void namesAreStrippedAndTheBaseIsADot() {
        client.tar(
                "/base",
                new Tar()
                        .raw("./", '5', new byte[0])
                        .raw("/abs", '0', new byte[0])
                        .raw("./dir/", '5', new byte[0])
                        .end());

        assertThat(client.get("/base").text()).isEqualTo("abs 33188\ndir 16877\n".replace("16877", "16804"));
        assertThat(client.head("/base").header("Content-Modified")).isEqualTo("1000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../out", "a/../../out", "..", "/../out", "a/..", "x/:", "...", "a\u0001b"})
    void namesThatLeadOutAreRefused(String name) {
        Answer answer = client.tar(
                "/base",
                new Tar()
                        .raw("first", '0', new byte[0])
                        .raw(name, '0', new byte[0])
                        .end());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).startsWith("+ /fs/files/base/first\n");
        assertThat(client.get("/").text()).isEqualTo("base 16877\n");
        assertThat(client.get("/base").text()).isEqualTo("first 33188\n");
    }

    @ParameterizedTest
    @ValueSource(chars = {'1', '3', '4', '6', 'S', 'D'})
    void linksDevicesAndUnknownTypesAreRefused(char type) {
        assertThat(client.tar("/", new Tar().raw("a", type, new byte[0]).end()).line())
                .isEqualTo("400 Unsupported Entry Type");
        assertThat(client.get("/").text()).isEmpty();
    }

    @Test
    void whatIsInTheWayIsReplaced() {
        client.put("/a", "file");
        client.makeDirectory("/b");
        client.put("/b/x", "1");
        client.link("/c", "a");

        Answer answer =
                client.tar("/", Tar.of(Tar.file("a/below"), Tar.file("b"), Tar.file("c"), Tar.link("a/l", "x")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(client.get("/a").text()).isEqualTo("below 33184\nl 41471\n");
        assertThat(client.get("/b").line()).isEqualTo("200 xxx");
        assertThat(client.get("/c").line()).isEqualTo("200 xxx");
    }

    @Test
    void aBaseThatIsAFileIsAConflict() {
        client.put("/f", "x");

        assertThat(client.tar("/f", Tar.of(Tar.file("a"))).status()).isEqualTo(409);
        assertThat(client.get("/f").line()).isEqualTo("200 x");
        assertThat(client.tar("/", new Tar().delete(".").end()).status()).isEqualTo(403);
    }

    @Test
    void garbageChangesNothing() {
        byte[] garbage = new byte[4096];
        Arrays.fill(garbage, (byte) 'x');

        for (byte[] bytes : new byte[][] {garbage, new byte[0], new byte[100], "no archive".getBytes(UTF_8)}) {
            assertThat(client.tar("/base", bytes).line()).isEqualTo("400 Bad Archive");
        }
        assertThat(client.send("PATCH", "/", "Content-Type", "application/x-tar")
                        .status())
                .isEqualTo(411);
        assertThat(client.get("/").text()).isEmpty();
    }

    @Test
    void aTruncatedLastEntryIsNotApplied() {
        client.put("/b", "old");
        Tar tar = new Tar().raw("a", '0', new byte[10]).raw("b", '0', new byte[2000]);

        Answer answer = client.tar("/", tar.truncated(600));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).startsWith("+ /fs/files/a\n");
        assertThat(client.get("/b").line()).isEqualTo("200 old");
        assertThat(client.tar("/", tar.truncated(0)).status()).isEqualTo(400);
    }

    @Test
    void longNamesOfAllKindsAreRead() {
        String name = "n".repeat(150) + "/" + "\u00e4".repeat(70);
        String ustar = "p".repeat(90) + "/" + "q".repeat(90);

        assertThat(client.tar("/pax", Tar.of(Tar.file(name))).line()).isEqualTo("200 + /fs/files/pax/" + name);
        assertThat(client.tar("/ustar", Tar.of(Tar.file(ustar))).line()).isEqualTo("200 + /fs/files/ustar/" + ustar);
        Answer gnu = client.tar(
                "/gnu",
                new Tar()
                        .raw("././@LongLink", 'K', ("t".repeat(300) + "\0").getBytes(UTF_8))
                        .raw("././@LongLink", 'L', (name + "\0").getBytes(UTF_8))
                        .raw("short", '2', new byte[0])
                        .end());
        assertThat(gnu.line()).isEqualTo("200 + /fs/files/gnu/" + name);
        assertThat(client.get("/gnu/" + name).line()).isEqualTo("200 " + "t".repeat(300));
    }

    @Test
    void globalRecordsHoldUntilALocalOneSaysOtherwise() {
        client.tar(
                "/",
                new Tar()
                        .records('g', "mtime", "2000.75", "uid", "9")
                        .raw("a", '0', new byte[0])
                        .records('x', "mtime", "3000", "uid", "")
                        .raw("b", '0', new byte[0])
                        .end());

        assertThat(client.head("/a").header("Content-Modified")).isEqualTo("2000");
        assertThat(client.head("/a").header("Content-Ownership")).isEqualTo("9:0");
        assertThat(client.head("/b").header("Content-Modified")).isEqualTo("3000");
        assertThat(client.head("/b").header("Content-Ownership")).isEqualTo("0:0");
    }

    @Test
    void sizesBeyondEightGibibytesAreRead() throws Exception {
        byte[] head = new byte[512];
        Tar.put(head, 0, "huge\0");
        Tar.put(head, 100, "0000644\0");
        head[124] = (byte) 0x80;
        head[131] = 3;
        head[156] = '0';
        TarReader gnu = new TarReader(new java.io.ByteArrayInputStream(
                new Tar().signed(head, new byte[0]).end()));
        TarReader pax = new TarReader(new java.io.ByteArrayInputStream(new Tar()
                .records('x', "size", "9000000000")
                .raw("huge", '0', new byte[0])
                .end()));

        assertThat(gnu.next()).extracting(entry -> entry.size()).isEqualTo(3L << 32);
        assertThat(pax.next()).extracting(entry -> entry.size()).isEqualTo(9_000_000_000L);
    }

    @Test
    void anExtendedHeaderThatIsTooLargeIsRefused() {
        assertThat(client.tar(
                                "/",
                                new Tar()
                                        .raw("x", 'x', new byte[TarReader.MAX_EXTENDED + 1])
                                        .end())
                        .line())
                .isEqualTo("400 Bad Archive");
    }

    @Test
    void conditionsAreAskedOfTheBase() {
        client.makeDirectory("/d");

        assertThat(client.tar("/d", Tar.of(Tar.file("a")), "If-None-Match", "*").status())
                .isEqualTo(412);
        assertThat(client.get("/d").text()).isEmpty();
        assertThat(client.tar("/new", Tar.of(Tar.file("a")), "If-None-Match", "*")
                        .status())
                .isEqualTo(200);
    }
}
