package dev.packhorse.policy.overlay;

/** The same on PostgreSQL. */
final class OverlayReadPostgresTest extends OverlayReadTest {
    @Override
    TestDatabase.Kind kind() {
        return TestDatabase.Kind.POSTGRESQL;
    }
}
