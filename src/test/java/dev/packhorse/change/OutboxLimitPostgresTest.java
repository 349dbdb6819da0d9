package dev.packhorse.change;

import dev.packhorse.policy.overlay.TestDatabase;

/** The same on PostgreSQL. */
final class OutboxLimitPostgresTest extends OutboxLimitTest {
    @Override
    TestDatabase.Kind kind() {
        return TestDatabase.Kind.POSTGRESQL;
    }
}
