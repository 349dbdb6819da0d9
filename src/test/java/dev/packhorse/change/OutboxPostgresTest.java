package dev.packhorse.change;

import dev.packhorse.policy.overlay.TestDatabase;

/** The same on PostgreSQL. */
final class OutboxPostgresTest extends OutboxTest {
    @Override
    TestDatabase.Kind kind() {
        return TestDatabase.Kind.POSTGRESQL;
    }
}
