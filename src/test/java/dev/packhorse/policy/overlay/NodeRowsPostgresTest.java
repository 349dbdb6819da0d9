package dev.packhorse.policy.overlay;

/** The same on PostgreSQL. */
final class NodeRowsPostgresTest extends NodeRowsTest {
    @Override
    TestDatabase.Kind kind() {
        return TestDatabase.Kind.POSTGRESQL;
    }
}
