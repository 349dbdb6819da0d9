package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Store;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
            runAndKill(files, database, random);
            JdbcConnectionPool again = (JdbcConnectionPool) KilledGateway.database(database);
            Store behind = KilledGateway.behind(files);
            Store store = KilledGateway.overlay(behind, again);
            seen += TreeRules.check(store, behind, "file:tree", again);
            store.close();
            again.dispose();
        }
        assertThat(seen).isPositive();
    }

    private static void runAndKill(Path files, Path database, Random random) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        KilledGateway.class.getName(),
                        files.toString(),
                        database.toString(),
                        Long.toString(random.nextLong())))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            int changes = 20 + random.nextInt(200);
            for (int i = 0; i < changes; i++) {
                assertThat(lines.readLine()).isEqualTo("done");
            }
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }
}
