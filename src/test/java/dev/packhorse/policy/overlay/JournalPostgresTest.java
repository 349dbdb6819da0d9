package dev.packhorse.policy.overlay;

/** The same on PostgreSQL. */
final class JournalPostgresTest extends JournalTest {
    @Override
    TestDatabase.Kind kind() {
        return TestDatabase.Kind.POSTGRESQL;
    }
}
