package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.Canary;
import dev.packhorse.DeadPort;
import dev.packhorse.KilledProcess;
import dev.packhorse.policy.overlay.TestPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDatabaseTest {

    private static final String SESAME = Canary.secret("sesame");

    @TempDir
    Path folder;

    @Test
    void theSchemaIsMadeOnceAndFoundAgain() throws Exception {
        try (StateDatabase fresh = StateDatabase.open(folder.resolve("made"))) {
            assertThat(fresh.awaitReady()).isTrue();
        }
        try (StateDatabase again = StateDatabase.open(folder.resolve("made"))) {
            assertThat(again.awaitReady()).isFalse();
            try (Connection connection = again.source().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select count(*) from overlay")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isZero();
            }
        }
    }

    @Test
    void aSchemaThatIsBehindIsMigrated() throws Exception {
        try (StateDatabase fresh = StateDatabase.open(folder)) {
            fresh.awaitReady();
            try (Connection connection = fresh.source().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("drop all objects");
            }
        }
        try (StateDatabase again = StateDatabase.open(folder)) {
            assertThat(again.awaitReady()).isTrue();
        }
    }

    @Test
    void theSchemaVersionIsThatOfTheLastScript() throws Exception {
        try (StateDatabase database = StateDatabase.open(folder)) {
            database.awaitReady();
            Flyway flyway = Flyway.configure()
                    .dataSource(database.source())
                    .locations("classpath:db/migration")
                    .load();
            assertThat(flyway.info().pending()).isEmpty();
            assertThat(flyway.info().current().getVersion().getVersion())
                    .isEqualTo(Integer.toString(StateDatabase.SCHEMA));
        }
    }

    @Test
    void whatIsUnderWayAtTheEndOfTheProcessIsStillRecorded() throws Exception {
        Process process = new ProcessBuilder(KilledProcess.command(Ending.class, folder.toString()))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();

        try (StateDatabase again = StateDatabase.open(folder)) {
            again.awaitReady();
            try (Connection connection = again.source().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select count(*) from late")) {
                assertThat(rows.next()).isTrue();
            }
        }
    }

    /** Ends, and makes a table a little later than H2's own hook would have closed the database. */
    static final class Ending {
        public static void main(String[] arguments) throws Exception {
            StateDatabase database = StateDatabase.open(Path.of(arguments[0]));
            database.awaitReady();
            Connection connection = database.source().getConnection();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try (connection;
                        Statement statement = connection.createStatement()) {
                    Thread.sleep(1000);
                    statement.execute("create table late (id int)");
                } catch (SQLException | InterruptedException e) {
                    e.printStackTrace();
                    Runtime.getRuntime().halt(1);
                }
                database.close();
            }));
            System.exit(0);
        }
    }

    /** A configuration that names a database. */
    private static PackhorseConfig.Database configured(String url, String password) {
        return new PackhorseConfig.Database() {
            @Override
            public Optional<String> url() {
                return Optional.of(url);
            }

            @Override
            public Optional<String> user() {
                return Optional.of("postgres");
            }

            @Override
            public Optional<String> password() {
                return Optional.of(password);
            }
        };
    }

    @Test
    void theSameSchemaIsMadeOnPostgresqlAndFoundAgain() throws Exception {
        PackhorseConfig.Database config = configured(TestPostgres.url(TestPostgres.empty()), "");
        try (StateDatabase fresh = StateDatabase.open(folder, config)) {
            assertThat(fresh.isShared()).isTrue();
            assertThat(fresh.awaitReady()).isTrue();
        }
        try (StateDatabase again = StateDatabase.open(folder, config)) {
            assertThat(again.awaitReady()).isFalse();
        }
        assertThat(folder).isEmptyDirectory();
    }

    private static String url(DeadPort nobody) {
        return "jdbc:postgresql://127.0.0.1:" + nobody.port() + "/state";
    }

    @Test
    void aDatabaseThatDoesNotAnswerStopsTheStartAndThePasswordStaysSecret() throws Exception {
        try (DeadPort nobody = new DeadPort();
                StateDatabase database =
                        StateDatabase.open(folder, configured(url(nobody) + "?password=" + SESAME, SESAME))) {
            String url = url(nobody);
            StartException refusal = catchThrowableOfType(StartException.class, database::awaitReady);
            assertThat(refusal).hasMessageContaining("the state database " + url + " cannot be opened");
            for (Throwable each = refusal; each != null; each = each.getCause()) {
                assertThat(each.toString()).doesNotContain(SESAME);
            }
        }
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> StateDatabase.open(folder, configured("jdbc:other:x?password=" + SESAME, SESAME)))
                .withMessage("packhorse.database.url does not begin with jdbc:postgresql:");
    }

    @Test
    void aFileThatIsNoDatabaseStopsTheStart() throws Exception {
        Files.writeString(folder.resolve("state.mv.db"), "no database");

        try (StateDatabase database = StateDatabase.open(folder)) {
            assertThatExceptionOfType(StartException.class)
                    .isThrownBy(database::awaitReady)
                    .withMessageContaining("the state database " + folder.resolve("state") + " cannot be opened");
        }
    }
}
