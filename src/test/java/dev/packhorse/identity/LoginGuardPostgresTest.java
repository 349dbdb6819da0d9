package dev.packhorse.identity;

import dev.packhorse.policy.overlay.TestDatabase;

/** The same on PostgreSQL. */
final class LoginGuardPostgresTest extends LoginGuardTest {

    @Override
    TestDatabase.Kind kind() {
        return TestDatabase.Kind.POSTGRESQL;
    }
}
