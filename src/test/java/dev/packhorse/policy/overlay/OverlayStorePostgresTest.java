package dev.packhorse.policy.overlay;

/** The same on PostgreSQL. */
final class OverlayStorePostgresTest extends OverlayStoreTest {
    @Override
    TestDatabase.Kind kind() {
        return TestDatabase.Kind.POSTGRESQL;
    }
}
