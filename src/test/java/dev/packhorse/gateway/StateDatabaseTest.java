package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDatabaseTest {

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
    void aFileThatIsNoDatabaseStopsTheStart() throws Exception {
        Files.writeString(folder.resolve("state.mv.db"), "no database");

        try (StateDatabase database = StateDatabase.open(folder)) {
            assertThatExceptionOfType(StartException.class)
                    .isThrownBy(database::awaitReady)
                    .withMessageContaining("the state database " + folder.resolve("state") + " cannot be opened");
        }
    }
}
