package dev.packhorse.front.httpfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.front.http.Answer;
import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.RecordingStore;
import dev.packhorse.fs.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartsTest {

    private final Client client = new Client();

    /** One part: its headers as one text, and its body. */
    private record Part(String head, String body) {
        String location() {
            int start = head.indexOf("Content-Location: ") + 18;
            return head.substring(start, head.indexOf("\r\n", start));
        }
    }

    /** Splits by the letter of RFC 2046, so that a missing line end is a failure. */
    private static List<Part> parts(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        String type = String.valueOf(answer.header("Content-Type"));
        assertThat(type).startsWith("multipart/mixed; boundary=");
        String delimiter = "--" + type.substring(type.indexOf('=') + 1);
        String text = "\r\n" + answer.text();
        assertThat(text).startsWith("\r\n" + delimiter + "\r\n").endsWith("\r\n" + delimiter + "--\r\n");
        List<Part> parts = new ArrayList<>();
        String[] pieces = text.split("\r\n" + delimiter + "(--)?\r\n", -1);
        for (int i = 1; i < pieces.length - 1; i++) {
            int blank = pieces[i].indexOf("\r\n\r\n");
            parts.add(new Part(pieces[i].substring(0, blank + 2), pieces[i].substring(blank + 4)));
        }
        return parts;
    }

    private static List<String> locations(Answer answer) {
        return parts(answer).stream().map(Part::location).toList();
    }

    private void tree() {
        client.makeDirectory("/d");
        client.put("/d/f.txt", "12345", "Content-Modified", "1000", "Content-Ownership", "1:2");
        client.link("/d/gone", "no/where");
        client.makeDirectory("/d/sub");
        client.put("/d/sub/x", "1");
        client.makeDirectory("/d/sub/deep");
        client.makeDirectory("/d/sub-a");
    }

    @Test
    void theDirectoryComesFirstThenItsChildren() {
        tree();

        List<Part> parts = parts(client.get("/d/:"));

        assertThat(parts)
                .extracting(Part::location)
                .containsExactly(
                        "/fs/files/d", "/fs/files/d/f.txt", "/fs/files/d/gone", "/fs/files/d/sub", "/fs/files/d/sub-a");
        assertThat(parts.get(0).body()).isEqualTo("f.txt 33188\ngone 41471\nsub 16877\nsub-a 16877\n");
        assertThat(parts.get(3).body()).isEqualTo("deep 16877\nx 33188\n");
        assertThat(parts.get(3).head()).contains("Content-Length: 19\r\n").doesNotContain("Content-Range");
        assertThat(parts.get(4).head()).contains("Content-Length: 0\r\n");
        assertThat(parts.get(4).body()).isEmpty();
    }

    @Test
    void aFilePartHasItsMetadataAndNoBody() {
        tree();
        String etag = client.head("/d/f.txt").header("ETag");

        Part part = parts(client.get("/d/:")).get(1);

        assertThat(part.body()).isEmpty();
        assertThat(part.head())
                .isEqualTo("Content-Location: /fs/files/d/f.txt\r\n"
                        + "Content-Disposition: attachment; filename=\"/d/f.txt\"\r\n"
                        + "Content-Type: text/plain; charset=utf-8\r\nContent-Mode: 33188\r\nContent-Modified: 1000\r\n"
                        + "Content-Ownership: 1:2\r\nETag: " + etag + "\r\nContent-Range: bytes 0-0/5\r\n");
    }

    @Test
    void aSymlinkPartIsNotFollowed() {
        tree();

        assertThat(parts(client.get("/d/:")).get(2).head())
                .contains("Content-Type: application/x-symlink\r\nContent-Mode: 41471\r\n")
                .contains("Content-Range: bytes 0-0/8\r\n");
    }

    @Test
    void allDescendantDirectoriesAndWithAcceptFilesToo() {
        tree();

        assertThat(locations(client.get("/d/...")))
                .containsExactly("/fs/files/d", "/fs/files/d/sub", "/fs/files/d/sub-a", "/fs/files/d/sub/deep");
        assertThat(locations(client.get("/d/...", "Accept", "multipart/mixed")))
                .containsExactly(
                        "/fs/files/d",
                        "/fs/files/d/f.txt",
                        "/fs/files/d/gone",
                        "/fs/files/d/sub",
                        "/fs/files/d/sub-a",
                        "/fs/files/d/sub/deep",
                        "/fs/files/d/sub/x");
        assertThat(parts(client.get("/d/...")).get(1).body()).isEqualTo("deep 16877\nx 33188\n");
    }

    @Test
    void acceptMultipartOnADirectoryIsLikeTheSuffix() {
        tree();

        assertThat(locations(client.get("/d", "Accept", "text/plain, Multipart/Mixed;q=0.5"))
                        .get(0))
                .isEqualTo("/fs/files/d");
        assertThat(locations(client.get("/d/", "Accept", "multipart/mixed")).get(0))
                .isEqualTo("/fs/files/d/");
        assertThat(client.get("/d", "Accept", "multipart/mixed;q=0, */*").header("Content-Type"))
                .isEqualTo("application/x-directory");
        assertThat(client.get("/d/f.txt", "Accept", "multipart/mixed").line()).isEqualTo("200 12345");
    }

    @Test
    void theRootIsTheBaseWithASlash() {
        client.put("/a", "x");

        for (String path : new String[] {"/:", "/..."}) {
            assertThat(locations(client.get(path)).get(0)).isEqualTo("/fs/files/");
        }
        assertThat(locations(client.get("", "Accept", "multipart/mixed"))).containsExactly("/fs/files/", "/fs/files/a");
    }

    @Test
    void theSuffixIsForDirectories() {
        client.put("/f", "x");
        client.link("/l", "/");

        for (String path : new String[] {"/f/:", "/f/...", "/l/:"}) {
            assertThat(client.get(path).line()).isEqualTo("400 Not a directory");
            assertThat(client.head(path).status()).isEqualTo(400);
        }
        assertThat(client.get("/absent/:").status()).isEqualTo(404);
        assertThat(client.get("/:/:").status()).isEqualTo(400);
    }

    @Test
    void namesStayAsTheyAreInLocationsAndAreQuotedInDispositions() {
        client.put("/a%22b", "");
        client.put("/back\\slash", "");
        client.put("/p%2520p", "");
        client.put("/\u00e4 \ud83d\udc0e", "");

        String text = client.get("/:").text();

        assertThat(text)
                .contains(
                        "Content-Location: /fs/files/a\"b\r\nContent-Disposition: attachment; filename=\"/a\\\"b\"\r\n")
                .contains("Content-Location: /fs/files/back\\slash\r\n")
                .contains("filename=\"/back\\\\slash\"\r\n")
                .contains("Content-Location: /fs/files/p%20p\r\n")
                .contains("Content-Location: /fs/files/\u00e4 \ud83d\udc0e\r\nContent-Disposition: attachment;"
                        + " filename=\"/\u00e4 \ud83d\udc0e\"; filename*=UTF-8''%2F%C3%A4%20%F0%9F%90%8E\r\n");
    }

    @Test
    void manyEntriesGoThroughAFileThatIsGoneAfterwards(@TempDir Path folder) throws IOException {
        Client spooling = new Client(
                client.store,
                new HttpfsOptions(
                        SymlinkMode.DECIMAL, HttpfsOptions.DEFAULT.cors(), 1, folder, HttpfsOptions.DEFAULT.workers()));
        client.makeDirectory("/d");
        List<String> expected = new ArrayList<>(List.of("/fs/files/d"));
        StringBuilder listing = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            String name = String.format(Locale.ROOT, "quite-a-long-name-%05d", i);
            if (i % 500 == 0) {
                client.makeDirectory("/d/" + name);
                client.put("/d/" + name + "/x", "");
            } else {
                client.put("/d/" + name, "");
            }
            expected.add("/fs/files/d/" + name);
            listing.append(name).append(i % 500 == 0 ? " 16877\n" : " 33188\n");
        }

        List<Part> parts = parts(spooling.get("/d/:"));

        assertThat(parts).extracting(Part::location).isEqualTo(expected);
        assertThat(parts.get(0).body()).isEqualTo(listing.toString());
        assertThat(parts.get(501).body()).isEqualTo("x 33188\n");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    /** A store that takes its time, and counts how many ask at once. */
    private static class SlowStore extends ForwardingStore {
        final AtomicInteger asking = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();

        SlowStore(Store store) {
            super(store);
        }

        @Override
        public Listing list(FsPath directory) throws FsException {
            most.accumulateAndGet(asking.incrementAndGet(), Math::max);
            LockSupport.parkNanos(10_000_000);
            try {
                return super.list(directory);
            } finally {
                asking.decrementAndGet();
            }
        }
    }

    @Test
    void directoriesOfASlowStoreAreListedAheadAndLookTheSame() throws FsException {
        for (int i = 0; i < 60; i++) {
            client.makeDirectory("/d" + i);
            client.put("/d" + i + "/x", "1");
            client.put("/f" + i, "1");
        }
        SlowStore slow = new SlowStore(client.store);
        ExecutorService workers = Executors.newCachedThreadPool();
        try {
            HttpfsOptions usual = HttpfsOptions.DEFAULT;
            Client ahead = new Client(
                    slow,
                    new HttpfsOptions(
                            usual.symlinkMode(), usual.cors(), usual.maxBody(), usual.spoolFolder(), workers));
            // Workers of whom none comes in time.
            Client waiting = new Client(slow, usual);
            for (String target : List.of("/:", "/...")) {
                for (String accept : List.of("*/*", "multipart/mixed")) {
                    List<Part> expected = parts(client.get(target, "Accept", accept));
                    slow.most.set(0);
                    assertThat(parts(ahead.get(target, "Accept", accept))).isEqualTo(expected);
                    assertThat(slow.most.get()).as(target).isGreaterThan(4);
                    slow.most.set(0);
                    assertThat(parts(waiting.get(target, "Accept", accept))).isEqualTo(expected);
                    assertThat(slow.most.get()).isEqualTo(1);
                }
            }
        } finally {
            workers.shutdownNow();
        }
    }

    @Test
    void aSlowStoreThatFailsAheadBreaksTheAnswerOffInItsTurn() throws FsException {
        for (int i = 0; i < 20; i++) {
            client.makeDirectory("/d" + i);
        }
        ExecutorService workers = Executors.newCachedThreadPool();
        try {
            SlowStore failing = new SlowStore(client.store) {
                @Override
                public Listing list(FsPath directory) throws FsException {
                    Listing listing = super.list(directory);
                    if (directory.toString().equals("/d5")) {
                        throw new FsException(FsException.Kind.UNAVAILABLE, "list", directory);
                    }
                    if (directory.toString().equals("/d6")) {
                        throw new FsException(FsException.Kind.NOT_FOUND, "list", directory);
                    }
                    return listing;
                }
            };
            HttpfsOptions usual = HttpfsOptions.DEFAULT;
            Client ahead = new Client(
                    failing,
                    new HttpfsOptions(
                            usual.symlinkMode(), usual.cors(), usual.maxBody(), usual.spoolFolder(), workers));

            assertThatThrownBy(() -> ahead.get("/...")).hasRootCauseInstanceOf(FsException.class);
        } finally {
            workers.shutdownNow();
        }
    }

    @Test
    void anAnswerThatIsNotReadToItsEndLeavesNothing(@TempDir Path folder) throws IOException {
        Client spooling = new Client(
                client.store,
                new HttpfsOptions(
                        SymlinkMode.DECIMAL, HttpfsOptions.DEFAULT.cors(), 1, folder, HttpfsOptions.DEFAULT.workers()));
        for (int i = 0; i < 20_000; i++) {
            client.put("/quite-a-long-name-of-an-entry-" + i, "");
        }

        try (HttpResponse response = spooling.open(Client.request("GET", "/:"))) {
            HttpBody.Source source = ((HttpBody.Chunked) response.body()).source();
            ByteBuffer first = source.next();
            assertThat(first).isNotNull();
            source.next();
            try (Stream<Path> spooled = Files.list(folder)) {
                assertThat(spooled.count()).isLessThanOrEqualTo(2);
            }
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void theFirstBytesGoOutWhenTheListingHasBegunAndBeforeItIsRead() throws IOException {
        List<String> listed = new ArrayList<>();
        AtomicInteger nodes = new AtomicInteger();
        Client watched = new Client(
                new ForwardingStore(client.store) {
                    @Override
                    public Listing list(FsPath directory) throws FsException {
                        listed.add(directory.toString());
                        Listing listing = super.list(directory);
                        return new Listing() {
                            @Override
                            public @Nullable Node next() throws FsException {
                                nodes.incrementAndGet();
                                return listing.next();
                            }

                            @Override
                            public void close() throws FsException {
                                listing.close();
                            }
                        };
                    }
                },
                HttpfsOptions.DEFAULT);
        tree();

        try (HttpResponse response = watched.open(Client.request("GET", "/d/:"))) {
            HttpBody.Source source = ((HttpBody.Chunked) response.body()).source();
            source.next();
            assertThat(listed).containsExactly("/d");
            assertThat(nodes.get()).isEqualTo(1);
            while (source.next() != null) {}
            assertThat(listed).containsExactly("/d", "/d/sub", "/d/sub-a");
        }
    }

    @Test
    void aStoreThatFailsInTheMiddleBreaksTheAnswer() throws IOException {
        tree();
        Client failing = new Client(failingAt(2), HttpfsOptions.DEFAULT);

        try (HttpResponse response = failing.open(Client.request("GET", "/d/:"))) {
            HttpBody.Source source = ((HttpBody.Chunked) response.body()).source();
            source.next();
            assertThatThrownBy(source::next).isInstanceOf(FsException.class);
        }
    }

    /** A store whose listings fail: when they are opened (0), at their first node (1), or later. */
    private Store failingAt(int step) {
        return new ForwardingStore(client.store) {
            @Override
            public Listing list(FsPath directory) throws FsException {
                AtomicInteger steps = new AtomicInteger();
                fail(steps, directory);
                Listing listing = super.list(directory);
                return new Listing() {
                    @Override
                    public @Nullable Node next() throws FsException {
                        fail(steps, directory);
                        return listing.next();
                    }

                    @Override
                    public void close() throws FsException {
                        listing.close();
                    }
                };
            }

            private void fail(AtomicInteger steps, FsPath directory) throws FsException {
                if (steps.getAndIncrement() == step) {
                    throw new FsException(FsException.Kind.UNAVAILABLE, "list", directory);
                }
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aListingThatCannotBeBegunIsAStatus(int step) {
        tree();
        RecordingStore recorded = new RecordingStore(failingAt(step));
        Client failing = new Client(recorded, HttpfsOptions.DEFAULT);

        for (String target : List.of("/d/:", "/d/...", "/d", "/d/")) {
            assertThat(failing.get(target, "Accept", "multipart/mixed").line()).isEqualTo("503 Store Unavailable");
            assertThat(failing.head(target, "Accept", "multipart/mixed").status())
                    .isEqualTo(503);
        }
        assertThat(recorded.open()).isZero();
    }

    @Test
    void aHeadLeavesNoListingOpen() {
        tree();
        RecordingStore recorded = new RecordingStore(client.store);
        Client recording = new Client(recorded, HttpfsOptions.DEFAULT);

        assertThat(recording.head("/d/:").status()).isEqualTo(200);
        assertThat(recording.get("/d/...").status()).isEqualTo(200);

        assertThat(recorded.open()).isZero();
    }
}
