package dev.packhorse.front.httpfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.front.http.Answer;
import dev.packhorse.fs.Body;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WritingTest {

    private final Client client = new Client();

    @Test
    void putAnswersTheEtagOfTheNextHead() {
        Answer answer = client.put("/a", "one");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("OK\n");
        assertThat(answer.header("ETag"))
                .isNotNull()
                .isEqualTo(client.head("/a").header("ETag"));
        assertThat(client.put("/a", "two").header("ETag")).isNotEqualTo(answer.header("ETag"));
    }

    @Test
    void aMissingParentIsNotFound() {
        assertThat(client.put("/no/a", "x").line()).isEqualTo("404 Object Not Found");
        assertThat(client.makeDirectory("/no/d").line()).isEqualTo("404 Object Not Found");
        assertThat(client.link("/no/l", "x").line()).isEqualTo("404 Object Not Found");
    }

    @Test
    void aFileWithoutAFramedBodyNeedsALength() {
        assertThat(client.send("PUT", "/a").status()).isEqualTo(411);
        assertThat(client.send("PUT", "/d/").line()).isEqualTo("200 OK");
        assertThat(client.send("PUT", "/e", "Content-Type", "application/x-directory")
                        .line())
                .isEqualTo("200 OK");
    }

    @Test
    void defaultsAreThoseOfTheDocument() {
        client.put("/f", "x");
        client.makeDirectory("/d");

        assertThat(client.head("/f").header("Content-Mode")).isEqualTo("33188");
        assertThat(client.head("/d").header("Content-Mode")).isEqualTo("16877");
        assertThat(client.head("/f").header("Content-Ownership")).isEqualTo("0:0");
    }

    @Test
    void anOverwriteWithoutAModeKeepsTheOldOne() {
        client.put("/f", "x", "Content-Mode", "33261");
        client.put("/f", "y");

        assertThat(client.head("/f").header("Content-Mode")).isEqualTo("33261");
    }

    @Test
    void specialBitsSurvive() {
        client.put("/f", "x", "Content-Mode", "36333");

        assertThat(client.head("/f").header("Content-Mode")).isEqualTo(String.valueOf(0100000 | 06755));
    }

    @Test
    void aDirectoryIsDetectedByMediaTypeThenModeThenSlash() {
        client.send("PUT", "/a", "Content-Type", "application/x-directory; v=1");
        client.put("/b", "", "Content-Mode", "16877");
        client.send("PUT", "/c/");
        client.put("/d", "", "Content-Mode", "16832", "Content-Type", "application/octet-stream");
        client.put("/e", "x", "Content-Mode", "420");

        assertThat(client.get("/").text()).isEqualTo("a 16877\nb 16877\nc 16877\nd 16832\ne 33188\n");
    }

    @Test
    void puttingADirectoryAgainKeepsItsChildrenAndAppliesMetadata() {
        client.makeDirectory("/d");
        client.put("/d/a", "x");

        assertThat(client.send("PUT", "/d/", "Content-Mode", "16832").line()).isEqualTo("200 OK");
        assertThat(client.get("/d").text()).isEqualTo("a 33188\n");
        assertThat(client.head("/d").header("Content-Mode")).isEqualTo("16832");
        assertThat(client.send("PUT", "/", "Content-Mode", "16832").line()).isEqualTo("200 OK");
        assertThat(client.head("/").header("Content-Mode")).isEqualTo("16832");
    }

    @Test
    void theWrongKindIsAConflictAndChangesNothing() {
        client.makeDirectory("/d");
        client.put("/f", "x");

        assertThat(client.put("/d", "x").status()).isEqualTo(409);
        assertThat(client.put("/", "x", "Content-Mode", "33188").status()).isEqualTo(409);
        assertThat(client.link("/d", "x").status()).isEqualTo(409);
        assertThat(client.makeDirectory("/f").status()).isEqualTo(409);
        assertThat(client.get("/").text()).isEqualTo("d 16877\nf 33188\n");
    }

    @Test
    void typeBitsNeverChangeWhatAnObjectIs() {
        client.put("/f", "x");

        assertThat(client.send("PATCH", "/f", "Content-Mode", "16877").line()).isEqualTo("200 OK");
        assertThat(client.head("/f").header("Content-Mode")).isEqualTo("33261");
    }

    @Test
    void theDocumentsModeOfASymlinkMeansASymlink() {
        for (String mode : new String[] {"120777", "0120777", "41471"}) {
            client.put("/l" + mode, "target", "Content-Mode", mode);
            assertThat(client.head("/l" + mode).header("Content-Mode")).isEqualTo("41471");
            assertThat(client.get("/l" + mode).line()).isEqualTo("200 target");
        }
    }

    @Test
    void aSymlinkReplacesAFileAndAFileALink() {
        client.put("/a", "file");
        client.link("/a", "b");
        assertThat(client.get("/a").header("Content-Type")).isEqualTo("application/x-symlink");

        client.put("/a", "file again");
        assertThat(client.get("/a").line()).isEqualTo("200 file again");
        assertThat(client.head("/b").status()).isEqualTo(404);
    }

    @Test
    void aTargetThatNoLinkCanHaveIsRefused() {
        assertThat(client.link("/l", "").status()).isEqualTo(400);
        assertThat(client.link("/l", "a\0b").status()).isEqualTo(400);
        assertThat(client.link("/l", "x".repeat(4096)).status()).isEqualTo(400);
        assertThat(client.send(Client.request("PUT", "/l", "Content-Type", "application/x-symlink")
                                .body(Body.of(new byte[] {(byte) 0xff})))
                        .status())
                .isEqualTo(400);
        assertThat(client.link("/l", "x".repeat(4095)).status()).isEqualTo(200);
    }

    @Test
    void theMediaTypeOfAFileIsKept() {
        client.put("/a.txt", "x", "Content-Type", "text/x-special; charset=latin1");
        assertThat(client.head("/a.txt").header("Content-Type")).isEqualTo("text/x-special; charset=latin1");

        client.put("/b.html", "x", "Content-Type", "application/x-www-form-urlencoded");
        assertThat(client.head("/b.html").header("Content-Type")).isEqualTo("text/html; charset=utf-8");

        client.put("/c", "x", "Content-Type", "nonsense");
        assertThat(client.head("/c").header("Content-Type")).isEqualTo("application/octet-stream");
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Mode,rw-r--r--",
        "Content-Mode,-1",
        "Content-Mode,''",
        "Content-Mode,65536",
        "Content-Mode,0644",
        "Content-Mode,99999999999999999999",
        "Content-Modified,today",
        "Content-Modified,1.5",
        "Content-Modified,253402300800",
        "Content-Modified,-",
        "Content-Ownership,root",
        "Content-Ownership,1:",
        "Content-Ownership,:1",
        "Content-Ownership,1:2:3",
        "Content-Ownership,4294967295:0",
        "Content-Ownership,-1:-1",
        "Change-Timestamp,-5",
        "Change-Timestamp,9223372036854775808",
        "Change-Timestamp,x"
    })
    void metadataThatDoesNotParseIsRefusedByNameAndChangesNothing(String name, String value) {
        client.put("/f", "old");

        assertThat(client.put("/f", "new", name, value).line()).isEqualTo(("400 Bad " + name + ": " + value).strip());
        assertThat(client.send("PATCH", "/f", name, value).status()).isEqualTo(400);
        assertThat(client.get("/f").line()).isEqualTo("200 old");
    }

    @Test
    void aRefusedValueIsShownShortAndClean() {
        Answer answer = client.put("/f", "x", "Content-Mode", "\t\u0001\u202e" + "\u00e9".repeat(500));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text().strip().codePoints().noneMatch(c -> c < ' ' || c == 0x202e))
                .isTrue();
        assertThat(answer.text()).hasSizeLessThan(120);
    }

    @Test
    void patchChangesWhatIsGivenAndNothingElse() {
        client.put("/f", "x", "Content-Mode", "33261", "Content-Modified", "1000", "Content-Ownership", "5:6");
        String etag = client.head("/f").header("ETag");

        assertThat(client.send("PATCH", "/f", "Content-Modified", "2000").line())
                .isEqualTo("200 OK");

        Answer head = client.head("/f");
        assertThat(head.header("Content-Modified")).isEqualTo("2000");
        assertThat(head.header("Content-Mode")).isEqualTo("33261");
        assertThat(head.header("Content-Ownership")).isEqualTo("5:6");
        assertThat(head.header("ETag")).isEqualTo(etag);
        assertThat(client.send("PATCH", "/f").line()).isEqualTo("200 OK");
        assertThat(client.send("PATCH", "/absent", "Content-Mode", "420").line())
                .isEqualTo("404 Object Not Found");
    }

    @Test
    void patchChangesALinkItself() {
        client.put("/f", "x");
        client.link("/l", "f");

        assertThat(client.send("PATCH", "/l", "Content-Mode", "384").line()).isEqualTo("200 OK");
        assertThat(client.head("/f").header("Content-Mode")).isEqualTo("33188");
    }

    @Test
    void deleteIsRecursiveAndNeverFollows() {
        client.makeDirectory("/d");
        client.put("/d/a", "x");
        client.put("/t", "x");
        client.link("/l", "t");
        client.link("/dangling", "nowhere");

        for (String path : new String[] {"/d/", "/l", "/dangling"}) {
            assertThat(client.send("DELETE", path).line()).isEqualTo("200 OK");
        }
        assertThat(client.get("/").text()).isEqualTo("t 33188\n");
        assertThat(client.send("DELETE", "/d").line()).isEqualTo("404 Object Not Found");
        assertThat(client.send("DELETE", "/").status()).isEqualTo(403);
    }

    @Test
    void conditionsHoldForEveryChange() {
        client.put("/f", "x", "Content-Modified", "1641024000");
        String etag = String.valueOf(client.head("/f").header("ETag"));

        assertThat(client.put("/f", "y", "If-None-Match", "*").status()).isEqualTo(412);
        assertThat(client.put("/f", "y", "If-Match", "\"no\"").status()).isEqualTo(412);
        assertThat(client.put("/new", "y", "If-Match", "*").status()).isEqualTo(412);
        assertThat(client.put("/f", "y", "If-Unmodified-Since", "Sat, 01 Jan 2022 07:59:59 GMT")
                        .status())
                .isEqualTo(412);
        assertThat(client.send("PATCH", "/f", "If-Match", "\"no\"", "Content-Mode", "384")
                        .status())
                .isEqualTo(412);
        assertThat(client.send("DELETE", "/f", "If-None-Match", etag).status()).isEqualTo(412);
        assertThat(client.move("/f", "/g", "If-Match", "\"no\"").status()).isEqualTo(412);
        assertThat(client.copy("/f", "/g", "If-Match", "\"no\"").status()).isEqualTo(412);
        assertThat(client.put("/f", "y", "If-Match", "no quotes").status()).isEqualTo(400);
        assertThat(client.get("/f").line()).isEqualTo("200 x");
        assertThat(client.get("/").text()).isEqualTo("f 33188\n");
        assertThat(client.put("/f", "y", "If-Match", etag).line()).isEqualTo("200 OK");
        assertThat(client.put("/new", "y", "If-None-Match", "*").line()).isEqualTo("200 OK");
        assertThat(client.makeDirectory("/d").line()).isEqualTo("200 OK");
        assertThat(client.send("PUT", "/d/", "If-None-Match", "*").status()).isEqualTo(412);
    }

    @Test
    void aBodyThatBreaksLeavesTheOldFile() {
        client.put("/f", "old");
        Body broken = new Body() {
            @Override
            public long length() {
                return 10;
            }

            @Override
            public InputStream open() {
                return new InputStream() {
                    private boolean begun;

                    @Override
                    public int read() throws IOException {
                        byte[] one = new byte[1];
                        return read(one, 0, 1) < 0 ? -1 : one[0];
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) throws IOException {
                        if (begun) {
                            throw new IOException("connection reset by 10.0.0.1");
                        }
                        begun = true;
                        target[offset] = 'x';
                        return 1;
                    }
                };
            }
        };

        Answer answer = client.send(Client.request("PUT", "/f").body(broken));

        assertThat(answer.line()).isEqualTo("400 Body Incomplete");
        assertThat(client.get("/f").line()).isEqualTo("200 old");
    }

    @Test
    void aBodyBeyondTheLimitIsTooLarge() {
        Client small = new Client(
                client.store,
                new HttpfsOptions(
                        SymlinkMode.DECIMAL, HttpfsOptions.DEFAULT.cors(), 4, null, HttpfsOptions.DEFAULT.workers()));
        Body chunked = new Body() {
            @Override
            public long length() {
                return UNKNOWN;
            }

            @Override
            public InputStream open() {
                return InputStream.nullInputStream();
            }
        };

        assertThat(small.put("/f", "12345").line()).isEqualTo("413 Too Large");
        assertThat(small.put("/f", "1234").line()).isEqualTo("200 OK");
        assertThat(small.send(Client.request("PUT", "/g").body(chunked)).line()).isEqualTo("200 OK");
        assertThat(client.put("/d/", "x".repeat(65_537)).status()).isEqualTo(413);
        assertThat(client.put("/d/", "x".repeat(65_536)).status()).isEqualTo(200);
    }

    @Test
    void reservedLastSegmentsAreNoNames() {
        for (String name : new String[] {"/:", "/...", "/d/:", "/d/..."}) {
            for (String method : new String[] {"PUT", "PATCH", "DELETE"}) {
                assertThat(client.send(method, name).status()).as(method + name).isEqualTo(400);
            }
            assertThat(client.move(name, "/x").status()).isEqualTo(400);
            client.put("/source", "x");
            assertThat(client.copy("/source", name).status()).isEqualTo(400);
        }
        client.makeDirectory("/:a");
        assertThat(client.put("/:a/..a", "works").line()).isEqualTo("200 OK");
    }

    @Test
    void everyOtherNameWorks() {
        client.put("/!", "");
        for (String name : new String[] {
            "a b", "p%20p", "50%", "what?", "#1", "back\\slash", "\"q\"", "it's", "*", "[x]", "ä€🐎", "....", "::"
        }) {
            String escaped = "/" + name.replace("%", "%25").replace("?", "%3F").replace("#", "%23");
            assertThat(client.put(escaped, name).line()).as(name).isEqualTo("200 OK");
            assertThat(client.get(escaped).text()).isEqualTo(name);
            assertThat(client.get("/").text()).contains("\n" + name + " 33188\n");
            assertThat(client.send("DELETE", escaped).status()).isEqualTo(200);
        }
    }

    @Test
    void aPartIsNeverTakenForTheWhole() {
        client.put("/f", "0123456789");

        assertThat(client.put("/f", "x", "Content-Range", "bytes 5-5/10").status())
                .isEqualTo(400);
        assertThat(client.get("/f").line()).isEqualTo("200 0123456789");
    }
}
