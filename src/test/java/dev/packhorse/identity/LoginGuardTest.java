package dev.packhorse.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.packhorse.RecordedLog;
import dev.packhorse.policy.overlay.TestDatabase;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoginGuardTest {

    private static final LoginGuard.Limits LIMITS = LoginGuard.Limits.USUAL;

    private final StillTime time = new StillTime();
    private TestDatabase database;
    private LoginGuard one;
    private LoginGuard other;
    private InetAddress address;

    TestDatabase.Kind kind() {
        return TestDatabase.Kind.H2;
    }

    @BeforeEach
    void open() throws Exception {
        database = new TestDatabase(kind());
        one = new LoginGuard(database, LIMITS, time);
        other = new LoginGuard(database, LIMITS, time);
        address = address("192.0.2.7");
    }

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    private void fail(LoginGuard guard, int times) {
        for (int i = 0; i < times; i++) {
            guard.failed(address);
        }
    }

    private int rows() throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from login_failure")) {
            row.next();
            return row.getInt(1);
        }
    }

    @Test
    void aBarIsToldOfOnceByOneGateway() {
        try (RecordedLog log = new RecordedLog(LoginGuard.class.getName(), Level.INFO)) {
            // Given
            fail(one, LIMITS.barAfter() - 2);
            fail(other, 1);
            assertThat(log.records()).isEmpty();
            // When
            fail(other, 1);
            fail(one, 3);
            // Then
            assertThat(log.records())
                    .extracting(LogRecord::getMessage)
                    .containsExactly("192.0.2.7 is barred for 900 s after 20 wrong credentials");
        }
    }

    @Test
    void delaysDoubleBehindTheFreeFailures() {
        // Given
        List<Long> delays = new ArrayList<>();
        // When
        for (int i = 0; i < 12; i++) {
            delays.add(one.failed(address).delay().toMillis());
        }
        // Then
        assertThat(delays).containsExactly(0L, 0L, 0L, 0L, 0L, 250L, 500L, 1000L, 2000L, 4000L, 4000L, 4000L);
    }

    @Test
    void gatewaysCountTogether() {
        // Given
        fail(one, 10);
        // When
        fail(other, 9);
        // Then
        assertThat(other.verdict(address).barredFor()).isEqualTo(Duration.ZERO);
        assertThat(other.failed(address).barredFor()).isEqualTo(LIMITS.bar());
        time.pass(Duration.ofSeconds(2));
        assertThat(one.verdict(address).barredFor()).isEqualTo(LIMITS.bar().minusSeconds(2));
        assertThat(new LoginGuard(database, LIMITS, time).verdict(address).barredFor())
                .isEqualTo(LIMITS.bar().minusSeconds(2));
    }

    @Test
    void aBarEndsWithItsTimeAndTheCountWithIt() {
        // Given
        fail(one, 20);
        // When
        time.pass(LIMITS.bar());
        // Then
        assertThat(one.verdict(address)).isEqualTo(new LoginGuard.Verdict(Duration.ZERO, Duration.ZERO));
        assertThat(one.failed(address)).isEqualTo(new LoginGuard.Verdict(Duration.ZERO, Duration.ZERO));
    }

    @Test
    void failuresOfAnEarlierWindowDoNotCount() {
        // Given
        fail(one, 19);
        // When
        time.pass(LIMITS.window());
        // Then
        assertThat(one.failed(address)).isEqualTo(new LoginGuard.Verdict(Duration.ZERO, Duration.ZERO));
        fail(other, 4);
        assertThat(other.failed(address).delay()).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void otherAddressesAreNotTouched() throws Exception {
        // Given
        fail(one, 20);
        // Then
        assertThat(one.verdict(address("192.0.2.8")).barredFor()).isEqualTo(Duration.ZERO);
    }

    @Test
    void ofIpv6TheNetworkCounts() throws Exception {
        // Given
        address = address("2001:db8:1:2::1");
        fail(one, 19);
        // When
        address = address("2001:db8:1:2:ffff::2");
        fail(other, 1);
        // Then
        assertThat(other.verdict(address("2001:db8:1:2:abcd::3")).barredFor()).isEqualTo(LIMITS.bar());
        assertThat(other.verdict(address("2001:db8:1:3::1")).barredFor()).isEqualTo(Duration.ZERO);
    }

    @Test
    void anAddressWithoutFailuresIsLookedForSeldom() {
        // Given
        one.verdict(address);
        int before = database.taken();
        // When
        for (int i = 0; i < 1000; i++) {
            one.verdict(address);
        }
        // Then
        assertThat(database.taken()).isEqualTo(before);
        time.pass(Duration.ofSeconds(2));
        one.verdict(address);
        assertThat(database.taken()).isEqualTo(before + 1);
    }

    /** Two that wait for their turn at the database: who gives it up does so until the clock moves on. */
    private List<LoginGuard> patient(LoginGuard.Limits limits) {
        Duration patience = Duration.ofMinutes(1);
        return List.of(
                new LoginGuard(database, limits, time, patience), new LoginGuard(database, limits, time, patience));
    }

    @Test
    void failuresAtOnceAreAllCounted() throws Exception {
        // Given
        LoginGuard.Limits many = new LoginGuard.Limits(5, Duration.ofMinutes(10), 400, Duration.ofMinutes(15));
        List<LoginGuard> guards = patient(many);
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<LoginGuard.Verdict>> all = new ArrayList<>();
            for (int i = 0; i < 399; i++) {
                LoginGuard guard = guards.get(i % 2);
                all.add(threads.submit(() -> {
                    start.await();
                    return guard.failed(address);
                }));
            }
            // When
            start.countDown();
            for (Future<LoginGuard.Verdict> each : all) {
                assertThat(each.get(60, TimeUnit.SECONDS).barredFor()).isEqualTo(Duration.ZERO);
            }
            // Then
            assertThat(guards.get(0).failed(address).barredFor()).isEqualTo(many.bar());
            assertThat(rows()).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aBarIsToldOfOnceHoweverManyFailAtOnce() throws Exception {
        List<LoginGuard> guards = patient(LIMITS);
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try (RecordedLog log = new RecordedLog(LoginGuard.class.getName(), Level.INFO)) {
            // Given
            List<Future<LoginGuard.Verdict>> all = new ArrayList<>();
            List<String> told = new ArrayList<>();
            // When
            for (int i = 0; i < 20; i++) {
                InetAddress each = address("198.51.100." + i);
                told.add("198.51.100." + i + " is barred for 900 s after 20 wrong credentials");
                for (int j = 0; j < 40; j++) {
                    LoginGuard guard = guards.get(j % 2);
                    all.add(threads.submit(() -> guard.failed(each)));
                }
            }
            for (Future<LoginGuard.Verdict> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
            // Then
            assertThat(log.records()).extracting(LogRecord::getMessage).containsExactlyInAnyOrderElementsOf(told);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void rowsThatCountNoMoreAreSwept() throws Exception {
        // Given
        for (int i = 0; i < 30; i++) {
            address = address("198.51.100." + i);
            fail(one, 1);
        }
        fail(one, 19);
        assertThat(rows()).isEqualTo(30);
        // When
        time.pass(LIMITS.window());
        address = address("192.0.2.1");
        fail(one, 1);
        // Then
        assertThat(rows()).isEqualTo(2);
        time.pass(LIMITS.bar());
        fail(one, 1);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void aDatabaseThatFailsLocksNobodyOutAndTheGatewayCountsAlone() {
        try (RecordedLog log = new RecordedLog(LoginGuard.class.getName(), Level.INFO)) {
            // Given
            database.down(true);
            // When
            assertThat(one.verdict(address).barredFor()).isEqualTo(Duration.ZERO);
            fail(one, 19);
            // Then
            assertThat(one.verdict(address).barredFor()).isEqualTo(Duration.ZERO);
            assertThat(one.failed(address).barredFor()).isEqualTo(LIMITS.bar());
            time.pass(Duration.ofSeconds(5));
            assertThat(one.verdict(address).barredFor()).isEqualTo(LIMITS.bar().minusSeconds(5));
            // That the database is away, and that the address is barred.
            assertThat(log.records()).hasSize(2);
            int before = database.taken();
            fail(one, 10);
            assertThat(database.taken()).isEqualTo(before);
            database.down(false);
            time.pass(Duration.ofSeconds(10));
            fail(one, 1);
            assertThat(log.records()).hasSize(3);
            assertThat(database.taken()).isGreaterThan(before);
        }
    }

    @Test
    void whatThisGatewayHasSeenStaysWhenTheDatabaseFails() {
        // Given
        fail(one, 20);
        // When
        database.down(true);
        time.pass(Duration.ofMinutes(1));
        // Then
        assertThat(one.verdict(address).barredFor()).isEqualTo(LIMITS.bar().minusMinutes(1));
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        for (Runnable each : List.<Runnable>of(
                () -> new LoginGuard.Limits(-1, Duration.ofMinutes(1), 1, Duration.ZERO),
                () -> new LoginGuard.Limits(0, Duration.ZERO, 1, Duration.ZERO),
                () -> new LoginGuard.Limits(0, Duration.ofMinutes(1), 0, Duration.ZERO),
                () -> new LoginGuard.Limits(0, Duration.ofMinutes(1), 1, Duration.ofSeconds(-1)))) {
            assertThatIllegalArgumentException().isThrownBy(each::run);
        }
    }
}
