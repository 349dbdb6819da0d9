package dev.packhorse.policy.overlay;

/** The same on PostgreSQL. */
final class OverlayOrderPostgresTest extends OverlayOrderTest {
    @Override
    TestDatabase.Kind kind() {
        return TestDatabase.Kind.POSTGRESQL;
    }
}
