package dev.packhorse.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One export over all protocols at once. */
class ManyProtocolsTest {

    private static final List<Protocol> ALL = List.of(Protocol.values());
    private static final List<Protocol> WRITERS =
            ALL.stream().filter(each -> each.carried().contains(Step.REPLACE)).toList();
    private static final int ROUNDS = 20;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Stage stage;

    @SuppressWarnings("NullAway.Init")
    private Stage.Served served;

    private String export = "";

    private final Map<Protocol, Store> clients = new EnumMap<>(Protocol.class);

    @BeforeEach
    void start() throws Exception {
        stage = new Stage(folder);
    }

    private void serve(Backend backend) throws Exception {
        served = stage.serve(backend, ALL);
        export = served.export();
        for (Protocol protocol : ALL) {
            clients.put(protocol, stage.client(protocol, served));
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (Store client : clients.values()) {
            client.close();
        }
        stage.close();
    }

    private Store client(Protocol protocol) {
        return Objects.requireNonNull(clients.get(protocol));
    }

    @ParameterizedTest
    @EnumSource(
            value = Backend.class,
            names = {"MEMORY", "FILE", "SFTP", "S3"})
    void whatOneWritesTheOthersSee(Backend backend) throws Exception {
        serve(backend);
        for (Protocol writer : WRITERS) {
            String name = "/by " + writer + ".txt";
            for (String content : List.of("first", "and once more, longer", "")) {
                Step.write(client(writer), name, content);
                Node seen = client(Protocol.HTTPFS).stat(FsPath.parse(name));
                for (Protocol reader : ALL) {
                    // What its server said of a file is believed for a second.
                    Store store = reader == Protocol.JSONFS ? again(reader) : client(reader);
                    Node node = store.stat(FsPath.parse(name));
                    assertThat(node.size()).as("%s by %s", name, reader).isEqualTo(content.length());
                    assertThat(Step.text(store, name, null))
                            .as("%s by %s", name, reader)
                            .isEqualTo(content);
                    // OpenHands' protocol has no times.
                    if (reader != Protocol.OPENHANDS) {
                        assertThat(node.modified())
                                .as("%s by %s", name, reader)
                                .isEqualTo(rounded(seen.modified(), store));
                    }
                }
                assertThat(tag("/openhands/" + export + "/files" + name)).isEqualTo(tag("/fs/" + export + name));
            }
        }
    }

    private String tag(String target) throws IOException {
        return stage.gateway().send("GET", target.replace(" ", "%20"), "").header("ETag");
    }

    /** Another client, which knows nothing. */
    private Store again(Protocol protocol) throws IOException {
        client(protocol).close();
        clients.put(protocol, stage.client(protocol, served));
        return client(protocol);
    }

    /** As exactly as a client is told. */
    private static Instant rounded(Instant time, Store store) {
        long step = store.capabilities().timePrecision().toNanos();
        long nanos = Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
        return Instant.EPOCH.plusNanos(nanos - Math.floorMod(nanos, step));
    }

    @ParameterizedTest
    @EnumSource(
            value = Backend.class,
            names = {"MEMORY", "FILE", "SFTP", "S3"})
    void writersOfAllProtocolsTearNoFile(Backend backend) throws Exception {
        serve(backend);
        FsPath path = FsPath.parse("/contended");
        client(Protocol.HTTPFS).write(path, Body.of(filled('a')), WriteOptions.DEFAULT);
        AtomicInteger writing = new AtomicInteger(WRITERS.size());
        AtomicInteger whole = new AtomicInteger();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<?>> all = new ArrayList<>();
            for (Protocol writer : WRITERS) {
                all.add(threads.submit(work(() -> {
                    try {
                        for (int round = 0; round < ROUNDS; round++) {
                            char letter = (char) ('b' + WRITERS.indexOf(writer) + round % 6 * 4);
                            write(writer, path, filled(letter));
                        }
                    } finally {
                        writing.decrementAndGet();
                    }
                    return null;
                })));
            }
            for (Protocol reader : ALL) {
                all.add(threads.submit(work(() -> {
                    while (writing.get() > 0) {
                        byte[] bytes = read(client(reader), path);
                        if (bytes != null) {
                            assertWhole(reader, bytes);
                            whole.incrementAndGet();
                        }
                    }
                    return null;
                })));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        byte[] last = Objects.requireNonNull(read(client(Protocol.HTTPFS), path));
        assertThat(last).isEqualTo(filled((char) last[0]));
        assertThat(whole).hasPositiveValue();
    }

    private void write(Protocol writer, FsPath path, byte[] bytes) throws FsException {
        try {
            client(writer).write(path, Body.of(bytes), WriteOptions.DEFAULT);
        } catch (FsException e) {
            // A device renames onto nothing only: what is there is removed first, and somebody may come between.
            assertThat(writer).as(e.toString()).isEqualTo(Protocol.REPLAY);
            assertThat(e.kind())
                    .isIn(FsException.Kind.ALREADY_EXISTS, FsException.Kind.NOT_FOUND, FsException.Kind.BUSY);
        }
    }

    /** A device does not say that a file is another one; then its client sees the begin of that, as long as the first was. */
    private static void assertWhole(Protocol reader, byte[] bytes) {
        byte[] whole = filled((char) bytes[0]);
        int length = reader == Protocol.REPLAY ? Math.min(bytes.length, whole.length) : whole.length;
        assertThat(Arrays.equals(bytes, Arrays.copyOf(whole, length)))
                .as("%d bytes by %s, of %d", bytes.length, reader, whole.length)
                .isTrue();
    }

    private static Callable<Void> work(Callable<Void> work) {
        return work;
    }

    /** A letter, so often that no two contents have the same length. */
    private static byte[] filled(char letter) {
        byte[] bytes = new byte[100_000 + letter * 1000];
        Arrays.fill(bytes, (byte) letter);
        return bytes;
    }

    /** All of a file; {@code null} if it was replaced meanwhile. */
    private static byte @Nullable [] read(Store store, FsPath path) throws IOException {
        try (Content content = store.read(path);
                InputStream in = content.body().open()) {
            byte[] bytes = in.readAllBytes();
            assertThat(bytes.length).isPositive();
            return bytes;
        } catch (FsException e) {
            assertThat(e.kind()).isIn(FsException.Kind.IO, FsException.Kind.BUSY, FsException.Kind.NOT_FOUND);
            return null;
        }
    }
}
