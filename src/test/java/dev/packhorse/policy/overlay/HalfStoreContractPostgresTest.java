package dev.packhorse.policy.overlay;

/** The same on PostgreSQL. */
final class HalfStoreContractPostgresTest extends HalfStoreContractTest {
    @Override
    TestDatabase.Kind kind() {
        return TestDatabase.Kind.POSTGRESQL;
    }
}
