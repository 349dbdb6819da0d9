package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.policy.cache.CacheStore;
import dev.packhorse.policy.overlay.BareStore;
import dev.packhorse.policy.overlay.OverlayStore;
import dev.packhorse.policy.overlay.OverlayTable;
import dev.packhorse.policy.overlay.TestPostgres;
import dev.packhorse.store.memory.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways on one PostgreSQL, with a store that both of them cache. */
class PeerChannelTest {

    private static final String STORE = "memory:shared with spaces + ümläuts";
    private static final CacheStore.Options LONG = CacheStore.Options.of(Duration.ofHours(1));

    /** Less than {@link #LONG}, in which the caches would look by themselves. */
    private static final ConditionFactory SOON = Awaitility.await().atMost(Duration.ofMinutes(1));

    @TempDir
    Path folder;

    private final Store memory = new MemoryStore(64 << 20);
    private String schema;
    private Gateway here;
    private Gateway there;

    /** What of a gateway has to do with others. */
    private final class Gateway implements AutoCloseable {
        final StateDatabase database;
        final OverlayTable overlay;
        final PeerChannel peers;
        final CacheStore cache;
        final Set<FsPath> heard = ConcurrentHashMap.newKeySet();

        /** Stores of which it was told that they have rows. */
        final Set<String> rows = ConcurrentHashMap.newKeySet();

        Gateway() throws Exception {
            database = StateDatabase.open(folder, new PackhorseConfig.Database() {
                @Override
                public Optional<String> url() {
                    return Optional.of(TestPostgres.url(schema));
                }

                @Override
                public Optional<String> user() {
                    return Optional.of("postgres");
                }

                @Override
                public Optional<String> password() {
                    return Optional.empty();
                }
            });
            database.awaitReady();
            overlay = new OverlayTable(database.source(), InstantSource.system(), Duration.ofHours(1), true);
            Consumer<String> told = store -> {
                overlay.lookAgain(store);
                rows.add(store);
            };
            peers = new PeerChannel(database.source(), told, overlay::lookAgain);
            overlay.announceTo(peers::appeared);
            cache = new CacheStore(memory, LONG, path -> peers.changed(STORE, path));
            peers.hear(STORE, path -> {
                cache.forget(path);
                heard.add(path);
            });
            peers.start();
            SOON.until(() -> heard.contains(FsPath.ROOT));
            heard.clear();
        }

        @Override
        public void close() {
            overlay.close();
            peers.close();
            database.close();
        }
    }

    @BeforeEach
    void startTwo() throws Exception {
        schema = TestPostgres.empty();
        here = new Gateway();
        there = new Gateway();
    }

    @AfterEach
    void stopBoth() throws Exception {
        here.close();
        there.close();
        SOON.untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("peers-")));
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    private static void put(Store store, String path, String text) throws FsException {
        store.write(path(path), Body.of(text.getBytes(StandardCharsets.UTF_8)), WriteOptions.DEFAULT);
    }

    private static long size(Store store, String path) throws FsException {
        return store.stat(path(path)).size();
    }

    private static List<String> names(Store store) throws FsException {
        List<String> names = new ArrayList<>();
        try (var listing = store.list(FsPath.ROOT)) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                names.add(node.path().name());
            }
        }
        return names;
    }

    @Test
    void whatOneChangesTheOtherForgets() throws Exception {
        put(here.cache, "/a b", "old");
        SOON.until(() -> there.heard.contains(path("/a b")));
        assertThat(size(there.cache, "/a b")).isEqualTo(3);
        assertThat(names(there.cache)).containsExactly("a b");

        put(here.cache, "/a b", "newer");
        SOON.until(() -> size(there.cache, "/a b") == 5);
        here.cache.move(path("/a b"), path("/ö"), TransferOptions.CREATE_NEW);
        SOON.until(() -> names(there.cache).equals(List.of("ö")));
        assertThat(here.heard).as("its own news").isEmpty();
    }

    @Test
    void aPathThatIsTooLongForAMessageIsTheWholeStore() throws Exception {
        StringBuilder deep = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            deep.append('/').append("ü".repeat(100));
            here.cache.makeDirectory(path(deep.toString()), WriteOptions.DEFAULT);
        }
        SOON.until(() -> there.heard.contains(FsPath.ROOT));
    }

    @Test
    void thousandsOfChangesAtOnceAreAllHeardInOneWayOrTheOther() throws Exception {
        for (int i = 0; i < 3000; i++) {
            here.peers.changed(STORE, path("/f" + i));
        }
        SOON.until(() -> there.heard.contains(FsPath.ROOT) || there.heard.size() == 3000);
    }

    private void severAll() throws SQLException {
        try (Connection connection = here.database.source().getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = ?")) {
            statement.setString(1, PeerChannel.APPLICATION);
            statement.executeQuery().close();
        }
    }

    @Test
    void afterASeveredConnectionEverythingIsForgottenAndNewsComeAgain() throws Exception {
        put(memory, "/a", "old");
        assertThat(size(there.cache, "/a")).isEqualTo(3);
        put(memory, "/a", "newer");
        assertThat(size(there.cache, "/a")).isEqualTo(3);

        severAll();
        SOON.until(() -> there.heard.contains(FsPath.ROOT));
        assertThat(size(there.cache, "/a")).isEqualTo(5);

        SOON.until(() -> here.heard.contains(FsPath.ROOT));
        put(there.cache, "/a", "newest");
        SOON.until(() -> here.heard.contains(path("/a")));
    }

    @Test
    void theFirstRowOfAStoreIsSeenAtOnce() throws Exception {
        // It keeps no media type: a row does.
        Store bare = new BareStore(memory, EnumSet.of(Capability.WRITE), Duration.ofNanos(1));
        try (OverlayStore one = new OverlayStore(bare, STORE, here.overlay, OverlayStore.Options.DEFAULT);
                OverlayStore other = new OverlayStore(bare, STORE, there.overlay, OverlayStore.Options.DEFAULT)) {
            put(other, "/a", "text");
            assertThat(other.stat(path("/a")).mediaType()).isNull();
            one.write(
                    path("/a"),
                    Body.of(new byte[1]),
                    WriteOptions.of(new AttributeChange(new Mode(0600), null, null, "text/x-verse")));
            SOON.until(() -> there.rows.contains(STORE));
            assertThat(other.stat(path("/a")).mediaType()).isEqualTo("text/x-verse");
        }
    }

    @Test
    void strangersOnTheChannelDoNoHarm() throws Exception {
        try (Connection connection = here.database.source().getConnection();
                Statement statement = connection.createStatement()) {
            for (String message : List.of("", "x", "x PATH %zz /a", "x PATH %41 %00", "x Y Z /", "x ROWS nothing /")) {
                statement.execute("notify packhorse, '" + message + "'");
            }
        }
        put(here.cache, "/a", "text");
        SOON.until(() -> there.heard.contains(path("/a")));
        assertThat(there.heard).containsExactly(path("/a"));
    }
}
