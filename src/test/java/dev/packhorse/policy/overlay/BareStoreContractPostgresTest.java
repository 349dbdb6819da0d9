package dev.packhorse.policy.overlay;

/** The same on PostgreSQL. */
final class BareStoreContractPostgresTest extends BareStoreContractTest {
    @Override
    TestDatabase.Kind kind() {
        return TestDatabase.Kind.POSTGRESQL;
    }
}
