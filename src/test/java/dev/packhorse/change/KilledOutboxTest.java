package dev.packhorse.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.KilledProcess;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that is killed with SIGKILL, again and again, loses no change: a mirror that gets them is the tree. */
@Timeout(120)
class KilledOutboxTest {

    private static final int KILLS = 3;

    @TempDir
    Path folder;

    /** What a receiver has. */
    private final Map<FsPath, String> mirror = new TreeMap<>();

    @Test
    void aMirrorIsTheTreeAfterEachKill() throws Exception {
        Path files = Files.createDirectory(folder.resolve("files"));
        Path database = folder.resolve("state");
        JdbcConnectionPool fresh = (JdbcConnectionPool) RecordingGateway.database(database);
        Flyway.configure().dataSource(fresh).load().migrate();
        fresh.dispose();
        Random random = new Random(20020102);
        int delivered = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            KilledProcess.run(
                    RecordingGateway.class,
                    20 + random.nextInt(200),
                    files.toString(),
                    database.toString(),
                    Long.toString(random.nextLong()));
            JdbcConnectionPool again = (JdbcConnectionPool) RecordingGateway.database(database);
            Store store = RecordingGateway.files(files);
            delivered += deliver(again, store);
            assertThat(mirror).isEqualTo(tree(store));
            store.close();
            again.dispose();
        }
        assertThat(delivered).isPositive();
    }

    private int deliver(JdbcConnectionPool database, Store store) throws IOException {
        int count = 0;
        try (Outbox outbox = Outbox.open(database, InstantSource.system(), false, Outbox.Options.DEFAULT)) {
            Subscription subscription = outbox.subscribe(TestOutbox.EXPORT, "mirror");
            // A claim may be in vain, as when somebody else is at the subscriber.
            while (outbox.backlog() > 0) {
                for (Change change : subscription.claim(50)) {
                    Effects.of(change, store, new Mirroring(store));
                    subscription.delivered(change);
                    count++;
                }
            }
        }
        return count;
    }

    private final class Mirroring implements Effects.Sink {
        private final Store store;

        Mirroring(Store store) {
            this.store = store;
        }

        @Override
        public void file(FsPath path) throws IOException {
            try {
                mirror.put(path, text(store, path));
            } catch (FsException e) {
                if (e.kind() != FsException.Kind.NOT_FOUND) {
                    throw e;
                }
            }
        }

        @Override
        public void gone(FsPath path) {
            mirror.keySet().removeIf(each -> each.equals(path) || each.isBelow(path));
        }
    }

    private static Map<FsPath, String> tree(Store store) throws IOException {
        Map<FsPath, String> tree = new TreeMap<>();
        try (Listing listing = store.walk(FsPath.ROOT)) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                if (node.isFile()) {
                    tree.put(node.path(), text(store, node.path()));
                }
            }
        }
        return tree;
    }

    private static String text(Store store, FsPath path) throws IOException {
        try (Content content = store.read(path);
                InputStream in = content.body().open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
