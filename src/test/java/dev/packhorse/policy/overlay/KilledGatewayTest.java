package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.KilledProcess;
import dev.packhorse.fs.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that is killed with SIGKILL, again and again, leaves a tree whose rows are those of its files. */
@Timeout(120)
class KilledGatewayTest {

    private static final int KILLS = 4;

    @TempDir
    Path folder;

    @Test
    void rowsAreThoseOfTheirFilesAfterEachKill() throws Exception {
        Path files = Files.createDirectory(folder.resolve("files"));
        Path database = folder.resolve("state");
        JdbcConnectionPool fresh = (JdbcConnectionPool) KilledGateway.database(database);
        Flyway.configure().dataSource(fresh).load().migrate();
        fresh.dispose();
        Random random = new Random(20020101);
        int seen = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            KilledProcess.run(
                    KilledGateway.class,
                    20 + random.nextInt(200),
                    files.toString(),
                    database.toString(),
                    Long.toString(random.nextLong()));
            JdbcConnectionPool again = (JdbcConnectionPool) KilledGateway.database(database);
            Store behind = KilledGateway.behind(files);
            Store store = KilledGateway.overlay(behind, again);
            seen += TreeRules.check(store, behind, "file:tree", again);
            store.close();
            again.dispose();
        }
        assertThat(seen).isPositive();
    }
}
