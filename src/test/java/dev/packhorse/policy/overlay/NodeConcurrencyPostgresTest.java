package dev.packhorse.policy.overlay;

/** The same on PostgreSQL. */
final class NodeConcurrencyPostgresTest extends NodeConcurrencyTest {
    @Override
    TestDatabase.Kind kind() {
        return TestDatabase.Kind.POSTGRESQL;
    }
}
