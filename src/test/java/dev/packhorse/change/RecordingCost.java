package dev.packhorse.change;

import dev.packhorse.fs.*;
import dev.packhorse.policy.overlay.*;
import dev.packhorse.store.local.LocalStore;
import java.nio.file.*;
import java.time.*;
import java.util.concurrent.*;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcConnectionPool;

public class RecordingCost {
    public static void main(String[] a) throws Exception {
        Path dir = Files.createTempDirectory("cost");
        JdbcConnectionPool db =
                JdbcConnectionPool.create("jdbc:h2:file:" + dir.resolve("state") + ";WRITE_DELAY=0", "sa", "");
        Flyway.configure().dataSource(db).load().migrate();
        Files.createDirectory(dir.resolve("f"));
        Store plain = LocalStore.open(dir.resolve("f"), LocalStore.Options.DEFAULT);
        Outbox outbox = Outbox.open(db, InstantSource.system(), false, Outbox.Options.DEFAULT);
        FsPath export = FsPath.parse("/x");
        outbox.subscribe(export, "s");
        Store rec = outbox.recording(export, plain);
        int[] threads = {1, 8};
        for (int round = 0; round < 3; round++)
            for (int t : threads)
                for (Store s : new Store[] {plain, rec}) {
                    ExecutorService ex = Executors.newFixedThreadPool(t);
                    int n = 4000;
                    long start = System.nanoTime();
                    byte[] body = new byte[600];
                    CountDownLatch done = new CountDownLatch(t);
                    for (int k = 0; k < t; k++) {
                        int kk = k;
                        ex.submit(() -> {
                            try {
                                for (int i = 0; i < n / t; i++)
                                    s.write(FsPath.parse("/d/" + kk + "-" + i), Body.of(body), WriteOptions.DEFAULT);
                            } catch (Throwable e) {
                                e.printStackTrace();
                            }
                            done.countDown();
                        });
                    }
                    if (round == 0) Files.createDirectories(dir.resolve("f/d"));
                    done.await();
                    ex.shutdown();
                    System.out.printf(
                            "threads %d %s %.0f us/write%n",
                            t, s == plain ? "plain" : "recorded", (System.nanoTime() - start) / 1e3 / n);
                }
        outbox.close();
        System.exit(0);
    }
}
