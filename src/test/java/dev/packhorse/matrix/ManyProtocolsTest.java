package dev.packhorse.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One export over all protocols at once. */
@ExtendWith(SharedStage.class)
class ManyProtocolsTest {

    private static final List<Protocol> ALL = List.of(Protocol.values());
    private static final List<Protocol> READERS = Protocol.readers().toList();
    private static final int ROUNDS = 10;

    private final Stage stage;

    @SuppressWarnings("NullAway.Init")
    private Stage.Served served;

    private List<Protocol> writers = List.of();

    /** What readers may be told of a file that is being replaced. */
    private Set<Kind> missed = Set.of();

    private final Map<Protocol, Store> clients = new EnumMap<>(Protocol.class);

    ManyProtocolsTest(Stage stage) {
        this.stage = stage;
    }

    private void serve(Backend backend) throws Exception {
        assumeTrue(backend.isInstalled(), "its server is not installed");
        writers = ALL.stream().filter(backend::isWrittenBy).toList();
        assumeTrue(!writers.isEmpty(), "nobody writes");
        missed = EnumSet.of(Kind.IO, Kind.BUSY, Kind.NOT_FOUND);
        switch (backend) {
            // A device keeps no old content for those who read it; clients are told that it fails, those of a device
            // that it refuses.
            case REPLAY -> missed.addAll(EnumSet.of(Kind.UNAVAILABLE, Kind.PERMISSION_DENIED));
            // Neither has handles: a file that is another one by now fails, as a list does of rclone's WebDAV in which
            // a
            // name goes, and to another protocol's client that is a server that is unavailable.
            case FTP, WEBDAV -> missed.add(Kind.UNAVAILABLE);
            default -> {}
        }
        served = stage.serve(backend, ALL);
        for (Protocol protocol : ALL) {
            clients.put(protocol, stage.client(protocol, served));
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (Store client : clients.values()) {
            client.close();
        }
    }

    private Store client(Protocol protocol) {
        return Objects.requireNonNull(clients.get(protocol));
    }

    @ParameterizedTest
    @EnumSource
    void whatOneWritesTheOthersSee(Backend backend) throws Exception {
        serve(backend);
        for (Protocol writer : writers) {
            String name = "/by " + writer + ".txt";
            for (String content : List.of("first", "and once more, longer", "")) {
                Step.write(client(writer), name, content);
                Node seen = client(Protocol.HTTPFS).stat(FsPath.parse(name));
                for (Protocol reader : READERS) {
                    // What its server said of a file is believed for a second.
                    Store store = reader == Protocol.JSONFS ? again(reader) : client(reader);
                    Node node = store.stat(FsPath.parse(name));
                    assertThat(node.size()).as("%s by %s", name, reader).isEqualTo(content.length());
                    assertThat(Step.text(store, name, null))
                            .as("%s by %s", name, reader)
                            .isEqualTo(content);
                    // OpenHands' protocol has no times.
                    if (reader != Protocol.OPENHANDS) {
                        assertThat(rounded(node, store))
                                .as("%s by %s", name, reader)
                                .isEqualTo(rounded(seen, store));
                    }
                }
                String tag = tag("/fs/" + served.export() + name);
                assertThat(tag.isEmpty()).isEqualTo(!served.whole().has(Capability.ETAGS));
                assertThat(tag("/openhands/" + served.export() + "/files" + name))
                        .isEqualTo(tag);
                assertThat(tag("/jsonfs/" + served.export() + name)).isEqualTo(tag);
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

    /** The time as exactly as a client is told at least. */
    private static Instant rounded(Node node, Store store) {
        long step = store.capabilities().timePrecision().toNanos();
        Instant time = node.modified();
        long nanos = Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
        return Instant.EPOCH.plusNanos(nanos - Math.floorMod(nanos, step));
    }

    @ParameterizedTest
    @EnumSource
    void writersOfAllProtocolsTearNoFile(Backend backend) throws Exception {
        serve(backend);
        FsPath path = FsPath.parse("/contended");
        client(Protocol.HTTPFS).write(path, Body.of(filled('a')), WriteOptions.DEFAULT);
        AtomicInteger writing = new AtomicInteger(writers.size());
        AtomicInteger whole = new AtomicInteger();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<?>> all = new ArrayList<>();
            for (Protocol writer : writers) {
                all.add(threads.submit(work(() -> {
                    try {
                        for (int round = 0; round < ROUNDS; round++) {
                            char letter = (char) ('b' + writers.indexOf(writer) + round % 6 * 4);
                            write(writer, path, filled(letter));
                        }
                    } finally {
                        writing.decrementAndGet();
                    }
                    return null;
                })));
            }
            for (Protocol reader : READERS) {
                all.add(threads.submit(work(() -> {
                    while (writing.get() > 0) {
                        byte[] bytes = read(reader, path);
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
        byte[] last = Objects.requireNonNull(read(Protocol.HTTPFS, path));
        assertThat(last).isEqualTo(filled((char) last[0]));
        assertThat(whole).hasPositiveValue();
    }

    private void write(Protocol writer, FsPath path, byte[] bytes) throws FsException {
        try {
            client(writer).write(path, Body.of(bytes), WriteOptions.DEFAULT);
        } catch (FsException e) {
            assertThat(refusals(writer)).as("%s by %s", e, writer).contains(e.kind());
        }
    }

    private Set<Kind> refusals(Protocol writer) {
        return switch (writer) {
            // A device renames onto nothing only: what is there is removed first, and somebody may come between.
            case REPLAY -> EnumSet.of(Kind.ALREADY_EXISTS, Kind.NOT_FOUND, Kind.BUSY);
            // It looks at what is there before it writes, and that may fail as any reading.
            case OPENHANDS -> missed.contains(Kind.UNAVAILABLE) ? EnumSet.of(Kind.UNAVAILABLE) : Set.of();
            default -> Set.of();
        };
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
        byte[] bytes = new byte[letter * 1000];
        Arrays.fill(bytes, (byte) letter);
        return bytes;
    }

    /** All of a file; {@code null} if it was replaced meanwhile. */
    private byte @Nullable [] read(Protocol reader, FsPath path) throws IOException {
        try (Content content = client(reader).read(path);
                InputStream in = content.body().open()) {
            byte[] bytes = in.readAllBytes();
            assertThat(bytes.length).isPositive();
            return bytes;
        } catch (FsException e) {
            assertThat(missed).as("%s by %s", e, reader).contains(e.kind());
            return null;
        }
    }
}
