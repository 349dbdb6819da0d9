package dev.packhorse.front.httpfs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransferringTest {

    private final Client client = new Client();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/fs/files/b%20c",
                "/b%20c",
                "http://elsewhere.example:99/fs/files/b%2520c?x#y",
                "https://h/b%2520c",
                "HTTP://h/fs/files//b%2520c/"
            })
    void aDestinationIsAPathAsItIsOrADecodedUrl(String destination) {
        client.put("/a", "x");

        assertThat(client.move("/a", destination).line()).isEqualTo("200 OK");
        assertThat(client.get("/").text()).isEqualTo("b%20c 33188\n");
    }

    @Test
    void theBaseIsTakenOffByWholeSegments() {
        client.put("/a", "x");
        client.makeDirectory("/fs");

        assertThat(client.copy("/a", "/fs/filesystem").line()).isEqualTo("200 OK");
        assertThat(client.get("/fs").text()).isEqualTo("filesystem 33188\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "relative",
                "../a",
                "/..",
                "/x/../../y",
                "/",
                "/fs/files",
                "/fs/files/",
                "http://h",
                "http://h/",
                "http://h/%2e%2e/x",
                "http://h/a%2Fb",
                "http://h/%",
                "/a\u0001b",
                "/a",
                "/a/",
                "/fs/files/a",
                "/fs/files/a/",
                "ftp://h/x",
                "/x/:",
                "/..."
            })
    void aDestinationThatIsNoneIsRefused(String destination) {
        client.put("/a", "x");

        assertThat(client.move("/a", destination).status()).isEqualTo(400);
        assertThat(client.copy("/a", destination).status()).isEqualTo(400);
        assertThat(client.get("/").text()).isEqualTo("a 33188\n");
    }

    @Test
    void aDestinationIsRequiredOnce() {
        client.put("/a", "x");

        assertThat(client.send("MOVE", "/a").status()).isEqualTo(400);
        assertThat(client.move("/a", "/b", "Destination", "/c").status()).isEqualTo(400);
        assertThat(client.move("/", "/b").status()).isEqualTo(400);
    }

    @Test
    void aMissingSourceOrParentIsNotFound() {
        client.put("/a", "x");

        assertThat(client.move("/absent", "/b").line()).isEqualTo("404 Object Not Found");
        assertThat(client.move("/a", "/no/b").line()).isEqualTo("404 Object Not Found");
        assertThat(client.copy("/a", "/no/b").line()).isEqualTo("404 Object Not Found");
    }

    @Test
    void overwriteDecides() {
        client.put("/a", "new");
        client.put("/b", "old");

        assertThat(client.move("/a", "/b", "Overwrite", "F").line()).isEqualTo("412 Destination Exists");
        assertThat(client.copy("/a", "/b", "Overwrite", "f").line()).isEqualTo("412 Destination Exists");
        assertThat(client.copy("/a", "/b", "Overwrite", "no").line()).isEqualTo("400 Bad Overwrite: no");
        assertThat(client.get("/b").line()).isEqualTo("200 old");
        assertThat(client.copy("/a", "/b", "Overwrite", "t").line()).isEqualTo("200 OK");
        assertThat(client.move("/a", "/c", "Overwrite", "F").line()).isEqualTo("200 OK");
        assertThat(client.get("/b").line()).isEqualTo("200 new");
        assertThat(client.get("/").text()).isEqualTo("b 33188\nc 33188\n");
    }

    @Test
    void aDirectoryCannotGoIntoItself() {
        client.makeDirectory("/d");
        client.makeDirectory("/d/e");

        assertThat(client.move("/d", "/d/e/f").status()).isEqualTo(409);
        assertThat(client.copy("/d/", "/d/f").status()).isEqualTo(409);
        assertThat(client.get("/d").text()).isEqualTo("e 16877\n");
    }

    @Test
    void metadataTravelsAndDirectoriesMerge() {
        client.makeDirectory("/d");
        client.put("/d/a", "x", "Content-Mode", "33261", "Content-Modified", "1000", "Content-Ownership", "7:8");
        client.link("/d/l", "a");
        client.makeDirectory("/e");
        client.put("/e/b", "y");

        assertThat(client.copy("/d", "/e").line()).isEqualTo("200 OK");
        assertThat(client.get("/e").text()).isEqualTo("a 33261\nb 33188\nl 41471\n");
        assertThat(client.head("/e/a").header("Content-Modified")).isEqualTo("1000");
        assertThat(client.head("/e/a").header("Content-Ownership")).isEqualTo("7:8");
        assertThat(client.move("/d", "/f").line()).isEqualTo("200 OK");
        assertThat(client.head("/f/a").header("Content-Mode")).isEqualTo("33261");
    }

    @Test
    void theWrongKindIsAConflict() {
        client.makeDirectory("/d");
        client.put("/d/x", "1");
        client.makeDirectory("/e");
        client.put("/f", "x");

        assertThat(client.move("/f", "/d").status()).isEqualTo(409);
        assertThat(client.move("/d", "/f").status()).isEqualTo(409);
        assertThat(client.move("/e", "/d").status()).isEqualTo(409);
        assertThat(client.get("/").text()).isEqualTo("d 16877\ne 16877\nf 33188\n");
    }
}
