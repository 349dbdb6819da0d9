package dev.packhorse.front.httpfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.front.http.Answer;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.WriteOptions;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReadingTest {

    private final Client client = new Client();

    @Test
    void aFileComesWithItsMetadata() {
        client.put(
                "/a.txt",
                "hello",
                "Content-Mode",
                "33261",
                "Content-Modified",
                "1641024000",
                "Content-Ownership",
                "1000:1001");

        Answer answer = client.get("/a.txt");

        assertThat(answer.line()).isEqualTo("200 hello");
        assertThat(answer.length()).isEqualTo(5);
        assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(answer.header("Content-Mode")).isEqualTo("33261");
        assertThat(answer.header("Content-Modified")).isEqualTo("1641024000");
        assertThat(answer.header("Content-Ownership")).isEqualTo("1000:1001");
        assertThat(answer.header("Last-Modified")).isEqualTo("Sat, 01 Jan 2022 08:00:00 GMT");
        assertThat(answer.header("Accept-Ranges")).isEqualTo("bytes");
        assertThat(answer.header("ETag")).startsWith("\"").endsWith("\"");
    }

    @Test
    void saysForHowLongTheGatewayAnswersFromMemory() {
        Client remembering = new Client(
                new ForwardingStore(client.store) {
                    @Override
                    public Capabilities capabilities() {
                        return super.capabilities().with(Duration.ofMillis(30_500));
                    }
                },
                HttpfsOptions.DEFAULT);
        client.put("/a.txt", "hello");

        for (String path : new String[] {"/a.txt", "/", "/..."}) {
            assertThat(remembering.get(path).header("Cache-Control-TTL")).isEqualTo("30");
            assertThat(remembering.head(path).header("Cache-Control-TTL")).isEqualTo("30");
            assertThat(client.get(path).header("Cache-Control-TTL")).isNull();
        }
        assertThat(remembering.put("/a.txt", "x").header("Cache-Control-TTL")).isNull();
    }

    @Test
    void headAnswersLikeGetWithoutABody() {
        client.put("/a.bin", "hello");
        client.makeDirectory("/d");
        client.put("/d/x", "1");

        for (String path : new String[] {"/a.bin", "/d", "/d/", "/", "/absent", "/d/:", "/d/..."}) {
            Answer get = client.get(path);
            Answer head = client.head(path);
            assertThat(head.status()).as(path).isEqualTo(get.status());
            assertThat(head.length()).as(path).isEqualTo(get.length());
            assertThat(masked(head)).as(path).isEqualTo(masked(get));
        }
    }

    private static String masked(Answer answer) {
        return String.join("|", answer.headers()).replaceAll("boundary=\\w+", "boundary");
    }

    @Test
    void whatIsNotThereIsNotFound() {
        client.put("/file", "x");

        assertThat(client.get("/absent").text()).isEqualTo("Object Not Found\n");
        assertThat(client.get("/absent").status()).isEqualTo(404);
        assertThat(client.get("/absent/deeper").status()).isEqualTo(404);
        assertThat(client.get("/file/deeper").status()).isEqualTo(404);
        assertThat(client.head("/file/deeper").status()).isEqualTo(404);
    }

    @Test
    void aFileWithATrailingSlashIsNotFound() {
        client.put("/file", "x");

        for (String method : new String[] {"GET", "HEAD", "DELETE", "PATCH"}) {
            assertThat(client.send(method, "/file/").status()).as(method).isEqualTo(404);
        }
        assertThat(client.move("/file/", "/other").status()).isEqualTo(404);
        assertThat(client.get("/file").line()).isEqualTo("200 x");
    }

    @Test
    void aListingHasOneLineForEachChildInBytewiseOrder() {
        client.put("/b c", "1");
        client.put("/.hidden", "1");
        client.makeDirectory("/dir");
        client.put("/\uFF5E", "1");
        client.put("/\uD83D\uDC0E", "1");
        client.link("/link", "b c");

        Answer answer = client.get("/");

        assertThat(answer.text())
                .isEqualTo(".hidden 33188\nb c 33188\ndir 16877\nlink 41471\n\uFF5E 33188\n\uD83D\uDC0E 33188\n");
        assertThat(answer.length()).isEqualTo(answer.wire().length());
        assertThat(answer.header("Content-Type")).isEqualTo("application/x-directory");
        assertThat(answer.header("Content-Mode")).isEqualTo("16877");
    }

    @Test
    void anEmptyDirectoryHasAnEmptyBody() {
        client.makeDirectory("/d");

        assertThat(client.get("/d").length()).isZero();
        assertThat(client.get("/d/").line()).isEqualTo("200 ");
    }

    @Test
    void aListingHasNoValidatorsAndIgnoresDates() {
        client.makeDirectory("/d");

        Answer answer = client.get("/d", "If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("ETag")).isNull();
        assertThat(answer.header("Last-Modified")).isNull();
        assertThat(client.get("/d", "If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT")
                        .status())
                .isEqualTo(200);
        assertThat(client.get("/d", "If-Match", "\"x\"").status()).isEqualTo(412);
    }

    @Test
    void aLongListingIsStreamed() {
        StringBuilder expected = new StringBuilder();
        client.makeDirectory("/d");
        for (int i = 0; i < 8_000; i++) {
            String name = String.format(Locale.ROOT, "entry-%05d", i);
            client.put("/d/" + name, "");
            expected.append(name).append(" 33188\n");
        }

        Answer answer = client.get("/d");

        assertThat(answer.length()).isEqualTo(-1);
        assertThat(answer.text()).isEqualTo(expected.toString());
        assertThat(client.head("/d").length()).isEqualTo(-1);
    }

    @Test
    void aSymlinkIsShownNotFollowed() {
        client.put("/target", "content");
        client.link("/link", "target");
        client.link("/dangling", "/no/where\n");

        assertThat(client.get("/link").line()).isEqualTo("200 target");
        assertThat(client.get("/link").header("Content-Type")).isEqualTo("application/x-symlink");
        assertThat(client.get("/link").header("Content-Mode")).isEqualTo("41471");
        assertThat(client.head("/link").length()).isEqualTo(6);
        assertThat(client.get("/dangling").text()).isEqualTo("/no/where\n");
    }

    @Test
    void anExportMaySpellTheModeOfSymlinksAsTheDocumentDoes() {
        Client other = new Client(
                client.store,
                new HttpfsOptions(
                        SymlinkMode.DOCUMENT,
                        HttpfsOptions.DEFAULT.cors(),
                        1000,
                        null,
                        HttpfsOptions.DEFAULT.workers()));
        client.link("/link", "target");

        assertThat(other.get("/link").header("Content-Mode")).isEqualTo("120777");
        assertThat(other.get("/").text()).isEqualTo("link 120777\n");
    }

    @Test
    void aRangeIsAPart() {
        client.put("/a", "0123456789");

        Answer answer = client.get("/a", "Range", "bytes=2-4");

        assertThat(answer.line()).isEqualTo("206 234");
        assertThat(answer.header("Content-Range")).isEqualTo("bytes 2-4/10");
        assertThat(client.get("/a", "Range", "bytes=-3").line()).isEqualTo("206 789");
        assertThat(client.get("/a", "Range", "bytes=8-").line()).isEqualTo("206 89");
        assertThat(client.get("/a", "Range", "bytes=8-1000").line()).isEqualTo("206 89");
    }

    @Test
    void anUnsatisfiableRangeNamesTheSize() {
        client.put("/a", "0123456789");

        Answer answer = client.get("/a", "Range", "bytes=10-");

        assertThat(answer.status()).isEqualTo(416);
        assertThat(answer.header("Content-Range")).isEqualTo("bytes */10");
    }

    @Test
    void severalRangesAreMultipart() {
        client.put("/a.txt", "0123456789");

        Answer answer = client.get("/a.txt", "Range", "bytes=0-1, 4-5, -1");

        assertThat(answer.status()).isEqualTo(206);
        String boundary = String.valueOf(answer.header("Content-Type")).replace("multipart/byteranges; boundary=", "");
        assertThat(answer.text().replace(boundary, "B"))
                .isEqualTo("--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 0-1/10\r\n\r\n01"
                        + "\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 4-5/10\r\n\r\n45"
                        + "\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 9-9/10\r\n\r\n9"
                        + "\r\n--B--\r\n");
    }

    @Test
    void aRangeCountsOnlyWhileIfRangeHolds() {
        client.put("/a", "0123456789", "Content-Modified", "1641024000");
        String etag = String.valueOf(client.head("/a").header("ETag"));

        assertThat(client.get("/a", "Range", "bytes=0-0", "If-Range", etag).status())
                .isEqualTo(206);
        assertThat(client.get("/a", "Range", "bytes=0-0", "If-Range", "\"other\"")
                        .status())
                .isEqualTo(200);
        assertThat(client.get("/a", "Range", "bytes=0-0", "If-Range", "W/" + etag)
                        .status())
                .isEqualTo(200);
        assertThat(client.get("/a", "Range", "bytes=0-0", "If-Range", "Sat, 01 Jan 2022 08:00:00 GMT")
                        .status())
                .isEqualTo(206);
        assertThat(client.get("/a", "Range", "bytes=0-0", "If-Range", "Sat, 01 Jan 2022 08:00:01 GMT")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void conditionsDecideBetween200And304And412() {
        client.put("/a", "x", "Content-Modified", "1641024000");
        String etag = String.valueOf(client.head("/a").header("ETag"));
        String then = "Sat, 01 Jan 2022 08:00:00 GMT";
        String before = "Sat, 01 Jan 2022 07:59:59 GMT";

        for (String method : new String[] {"GET", "HEAD"}) {
            assertThat(client.send(method, "/a", "If-None-Match", etag).status())
                    .isEqualTo(304);
            assertThat(client.send(method, "/a", "If-None-Match", "\"x\", W/" + etag)
                            .status())
                    .isEqualTo(304);
            assertThat(client.send(method, "/a", "If-None-Match", "*").status()).isEqualTo(304);
            assertThat(client.send(method, "/a", "If-None-Match", "\"x\"", "If-Modified-Since", then)
                            .status())
                    .isEqualTo(200);
            assertThat(client.send(method, "/a", "If-Modified-Since", then).status())
                    .isEqualTo(304);
            assertThat(client.send(method, "/a", "If-Modified-Since", before).status())
                    .isEqualTo(200);
            assertThat(client.send(method, "/a", "If-Modified-Since", "yesterday")
                            .status())
                    .isEqualTo(200);
            assertThat(client.send(method, "/a", "If-Match", "\"x\"").status()).isEqualTo(412);
            assertThat(client.send(method, "/a", "If-Match", "W/" + etag).status())
                    .isEqualTo(412);
            assertThat(client.send(method, "/a", "If-Match", "\"x\" , " + etag).status())
                    .isEqualTo(200);
            assertThat(client.send(method, "/a", "If-Unmodified-Since", before).status())
                    .isEqualTo(412);
            assertThat(client.send(method, "/a", "If-Unmodified-Since", then).status())
                    .isEqualTo(200);
            assertThat(client.send(method, "/a", "If-Match", etag, "If-Unmodified-Since", before)
                            .status())
                    .isEqualTo(200);
        }
        assertThat(client.get("/a", "If-None-Match", etag).header("ETag")).isEqualTo(etag);
    }

    @Test
    void unknownMethodsAreAnsweredWithThoseThatExist() {
        for (String method : new String[] {"POST", "get", "PROPFIND", "TRACE"}) {
            Answer answer = client.send(method, "/");
            assertThat(answer.line()).as(method).isEqualTo("405 Method Not Allowed");
            assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, PUT, PATCH, DELETE, MOVE, COPY, OPTIONS");
        }
        assertThat(client.send("OPTIONS", "/any").line()).isEqualTo("200 OK");
        assertThat(client.send("OPTIONS", "/any").header("Allow"))
                .isEqualTo("GET, HEAD, PUT, PATCH, DELETE, MOVE, COPY, OPTIONS");
    }

    @Test
    void entriesWithReservedNamesAreLeftOut() throws FsException {
        for (String name : new String[] {":", "...", "a"}) {
            client.store.write(FsPath.ROOT.child(name), Body.of(new byte[0]), WriteOptions.DEFAULT);
        }

        assertThat(client.get("/").text()).isEqualTo("a 33188\n");
        assertThat(client.get("/:").text()).doesNotContain("files/:", "files/...");
        assertThat(client.get("/...", "Accept", "multipart/mixed").text())
                .contains("files/a")
                .doesNotContain("files/:", "files/...");
    }

    @Test
    void everyFileThatIsOpenedIsClosed() {
        AtomicInteger open = new AtomicInteger();
        Client counting = new Client(
                new ForwardingStore(client.store) {
                    @Override
                    public Content read(FsPath path) throws FsException {
                        Content content = super.read(path);
                        open.incrementAndGet();
                        return new Content() {
                            @Override
                            public Node node() {
                                return content.node();
                            }

                            @Override
                            public Body body(ByteRange range) {
                                return content.body(range);
                            }

                            @Override
                            public void close() throws FsException {
                                open.decrementAndGet();
                                content.close();
                            }
                        };
                    }
                },
                HttpfsOptions.DEFAULT);
        client.put("/f", "0123456789");
        client.put("/empty", "");
        String[][] headers = {
            {},
            {"If-None-Match", "*"},
            {"If-Match", "\"x\""},
            {"Range", "bytes=1-2"},
            {"Range", "bytes=1-2,4-5"},
            {"Range", "bytes=99-"}
        };

        for (String[] some : headers) {
            assertThat(counting.get("/f", some).status()).isLessThan(417);
            assertThat(counting.get("/empty", some).status()).isLessThan(417);
            assertThat(open).hasValue(0);
        }
    }

    @Test
    void theModeOfSymlinksIsConfiguredByItsNumber() {
        assertThat(SymlinkMode.parse("41471")).isEqualTo(SymlinkMode.DECIMAL);
        assertThat(SymlinkMode.parse("120777")).isEqualTo(SymlinkMode.DOCUMENT);
        assertThatThrownBy(() -> SymlinkMode.parse("777")).isInstanceOf(IllegalArgumentException.class);
    }
}
