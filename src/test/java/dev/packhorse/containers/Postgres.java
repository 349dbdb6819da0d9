package dev.packhorse.containers;

import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.wait.strategy.Wait;

/** PostgreSQL 15. The user may make databases. */
final class Postgres extends Counterpart {

    private static final int PORT = 5432;

    private static @Nullable Postgres shared;

    private Postgres() {
        super("postgresql", "postgres");
        container().withExposedPorts(PORT).waitingFor(Wait.forLogMessage(".*ready to accept connections.*", 1));
    }

    static Postgres started() {
        Postgres server = new Postgres();
        server.container().start();
        return server;
    }

    static synchronized Postgres shared() {
        Postgres server = shared;
        if (server == null) {
            server = started();
            shared = server;
        }
        return server;
    }

    /** Where JDBC finds a database. */
    String url(String database) {
        return "jdbc:postgresql://" + host() + ":" + PORT + "/" + database;
    }
}
