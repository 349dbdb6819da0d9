package dev.packhorse.policy.overlay;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** One PostgreSQL for all tests of this process; each test gets a migrated schema of its own, emptied behind it. */
public final class TestPostgres {

    private static final Deque<String> FREE = new ArrayDeque<>();
    private static final AtomicInteger MADE = new AtomicInteger();

    private TestPostgres() {}

    private static final class Server {
        static final EmbeddedPostgres SERVER = start();

        private static EmbeddedPostgres start() {
            try {
                // Durability is PostgreSQL's own; here it would only cost time.
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "off")
                        .setServerConfig("synchronous_commit", "off")
                        .setPGStartupWait(Duration.ofMinutes(2))
                        .start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    try {
                        server.close();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }));
                return server;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Makes a schema with nothing in it, for this process only. */
    public static synchronized String empty() throws SQLException {
        String schema = "empty" + MADE.incrementAndGet();
        try (Connection connection = source(schema).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create schema " + schema);
        }
        return schema;
    }

    /** The name of a schema that nobody uses. */
    static synchronized String take() {
        String free = FREE.poll();
        if (free != null) {
            return free;
        }
        String schema = "test" + MADE.incrementAndGet();
        Flyway.configure().dataSource(source(schema)).schemas(schema).load().migrate();
        return schema;
    }

    static synchronized void giveBack(String schema) throws SQLException {
        try (Connection connection = source(schema).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("truncate overlay, overlay_store, overlay_node, overlay_intent, overlay_gateway,"
                    + " change_subscriber, change_event, login_failure"
                    + " restart identity");
        }
        FREE.add(schema);
    }

    /** The address of a schema; its user is {@code postgres}, without a password. */
    public static String url(String schema) {
        return Server.SERVER.getJdbcUrl("postgres", "postgres") + "&currentSchema=" + schema;
    }

    private static DataSource source(String schema) {
        return Server.SERVER.getDatabase("postgres", "postgres", Map.of("currentSchema", schema));
    }
}
