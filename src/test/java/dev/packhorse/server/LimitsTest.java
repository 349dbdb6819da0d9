package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.RecordedLog;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.identity.AddressRange;
import dev.packhorse.identity.Caller;
import dev.packhorse.server.Limits.Admission;
import dev.packhorse.server.Limits.Permit;
import dev.packhorse.server.Limits.Refusal;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

class LimitsTest {

    private static final InetAddress HOME = AddressRange.address("192.0.2.1");

    /** Under a clock that stands still. */
    private static Limits limits(Allowance address, Allowance identity, int connections, int bodies) {
        return new Limits(new Limits.Settings(address, identity, connections, bodies), () -> 7);
    }

    private static Limits ofAddress(Allowance address) {
        return limits(address, Allowance.UNLIMITED, 0, 0);
    }

    private static Limits ofIdentity(Allowance identity) {
        return limits(Allowance.UNLIMITED, identity, 0, 0);
    }

    private static Allowance transfers(int most) {
        return new Allowance(0, 0, 0, 0, most);
    }

    private static Allowance requests(int rate, int burst) {
        return new Allowance(rate, burst, 0, 0, 0);
    }

    private static <K> Shares<K> shares(Allowance allowance) {
        return new Shares<>(
                System::nanoTime, now -> new Share(allowance, Limit.ADDRESS_REQUESTS, Limit.ADDRESS_TRANSFERS, now));
    }

    private static Caller caller(String name) {
        return new Caller(name, Set.of(), HOME, null);
    }

    private static Permit granted(Admission admission) {
        assertThat(admission).isInstanceOf(Permit.class);
        return (Permit) admission;
    }

    private static Limit refused(Admission admission) {
        assertThat(admission).isInstanceOf(Refusal.class);
        return ((Refusal) admission).limit();
    }

    @Test
    void anIdentityHasSoManyRequestsInProgressFromAllItsAddresses() {
        // Given
        Limits limits = ofIdentity(transfers(2));
        Permit first = granted(limits.begin(caller("ann")));
        granted(limits.begin(new Caller("ann", Set.of(), AddressRange.address("198.51.100.1"), null)));
        // When
        Admission third = limits.begin(caller("ann"));
        // Then
        assertThat(refused(third)).isEqualTo(Limit.IDENTITY_TRANSFERS);
        granted(limits.begin(caller("bob")));
        first.close();
        granted(limits.begin(caller("ann")));
    }

    @Test
    void aPermitThatIsClosedTwiceCountsOnce() {
        // Given
        Limits limits = ofIdentity(transfers(1));
        Permit first = granted(limits.begin(caller("ann")));
        first.close();
        Permit second = granted(limits.begin(caller("ann")));
        // When
        first.close();
        // Then
        assertThat(refused(limits.begin(caller("ann")))).isEqualTo(Limit.IDENTITY_TRANSFERS);
        second.close();
        assertThat(limits.active()).isZero();
    }

    @Test
    void anIdentityHasSoManyRequestsInASecond() {
        // Given
        Limits limits = ofIdentity(requests(1, 2));
        granted(limits.begin(caller("ann"))).close();
        granted(limits.begin(caller("ann"))).close();
        // When
        Admission third = limits.begin(caller("ann"));
        // Then
        assertThat(refused(third)).isEqualTo(Limit.IDENTITY_REQUESTS);
        HttpResponse answer = ((Refusal) third).answer();
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.headers()).containsSubsequence("Retry-After", "1");
        assertThat(limits.active()).isZero();
    }

    @Test
    void nobodyThatIsKnownHasNoLimitOfItsOwn() {
        // Given
        Limits limits = ofIdentity(transfers(1));
        // When
        Caller nobody = Caller.anonymous(HOME);
        // Then
        granted(limits.begin(nobody));
        granted(limits.begin(nobody));
        assertThat(limits.active()).isZero();
    }

    @Test
    void secondsToWaitAreRoundedUpAndAtLeastOne() {
        assertThat(new Refusal(Limit.ADDRESS_REQUESTS, 1).answer().headers()).containsSubsequence("Retry-After", "1");
        assertThat(new Refusal(Limit.ADDRESS_REQUESTS, 2_000_000_001L).answer().headers())
                .containsSubsequence("Retry-After", "3");
        assertThat(new Refusal(Limit.BODIES, 0).answer().status()).isEqualTo(503);
    }

    @Test
    void whatGoesOnCountsAlsoWhenItsConnectionHasGone() {
        // Given
        Limits limits = ofAddress(transfers(1));
        Permit connection = Objects.requireNonNull(limits.connect(HOME, 0));
        Permit running = granted(limits.begin(HOME, false));
        // When
        connection.close();
        Permit again = Objects.requireNonNull(limits.connect(HOME, 0));
        // Then
        assertThat(refused(limits.begin(HOME, false))).isEqualTo(Limit.ADDRESS_TRANSFERS);
        running.close();
        granted(limits.begin(HOME, false)).close();
        again.close();
        assertThat(limits.active()).isZero();
    }

    @Test
    void whoConnectsAnewHasTheSameShare() {
        // Given
        Limits limits = ofAddress(requests(1, 2));
        for (int i = 0; i < 2; i++) {
            Permit connection = Objects.requireNonNull(limits.connect(HOME, 0));
            granted(limits.begin(HOME, false)).close();
            connection.close();
        }
        // When
        Permit connection = Objects.requireNonNull(limits.connect(HOME, 0));
        // Then
        assertThat(refused(limits.begin(HOME, false))).isEqualTo(Limit.ADDRESS_REQUESTS);
        connection.close();
        assertThat(limits.active()).isZero();
    }

    @Test
    void addressesOfOneIpv6CustomerHaveOneShare() {
        // Given
        Limits limits = ofAddress(transfers(1));
        granted(limits.begin(AddressRange.address("2001:db8:1:2::1"), false));
        // When
        Admission neighbour = limits.begin(AddressRange.address("2001:db8:1:2:ffff::9"), false);
        // Then
        assertThat(refused(neighbour)).isEqualTo(Limit.ADDRESS_TRANSFERS);
        granted(limits.begin(AddressRange.address("2001:db8:1:3::1"), false));
        granted(limits.begin(AddressRange.address("192.0.2.2"), false));
    }

    @Test
    void connectionsOfAnAddressAreCounted() {
        // Given
        Limits limits = limits(Allowance.UNLIMITED, Allowance.UNLIMITED, 3, 0);
        Permit first = Objects.requireNonNull(limits.connect(HOME, 2));
        assertThat(limits.connect(HOME, 2)).isNotNull();
        // When
        Permit third = limits.connect(HOME, 2);
        // Then
        assertThat(third).isNull();
        assertThat(limits.connect(HOME, 0)).isNotNull();
        assertThat(limits.connect(HOME, 0)).isNull();
        assertThat(limits.connect(AddressRange.address("192.0.2.2"), 2)).isNotNull();
        assertThat(limits.refused(Limit.ADDRESS_CONNECTIONS)).isEqualTo(2);
        first.close();
        assertThat(limits.connect(HOME, 0)).isNotNull();
    }

    @Test
    void bodiesOfAllTogetherAreCounted() {
        // Given
        Limits limits = limits(Allowance.UNLIMITED, Allowance.UNLIMITED, 0, 2);
        Permit first = granted(limits.begin(HOME, true));
        granted(limits.begin(AddressRange.address("192.0.2.2"), true));
        // When
        Admission third = limits.begin(AddressRange.address("192.0.2.3"), true);
        // Then
        assertThat(refused(third)).isEqualTo(Limit.BODIES);
        granted(limits.begin(HOME, false));
        first.close();
        granted(limits.begin(HOME, true));
        assertThat(limits.bodies()).isEqualTo(2);
    }

    @Test
    void aRefusalTakesNothing() {
        // Given
        Limits limits = limits(new Allowance(1, 1, 0, 0, 1), Allowance.UNLIMITED, 0, 5);
        Permit running = granted(limits.begin(HOME, true));
        // When
        for (int i = 0; i < 10; i++) {
            assertThat(refused(limits.begin(HOME, true))).isEqualTo(Limit.ADDRESS_TRANSFERS);
        }
        // Then
        assertThat(limits.bodies()).isEqualTo(1);
        running.close();
        assertThat(limits.bodies()).isZero();
        assertThat(limits.active()).isZero();
        assertThat(refused(limits.begin(HOME, true))).isEqualTo(Limit.ADDRESS_REQUESTS);
        assertThat(limits.bodies()).isZero();
        assertThat(limits.active()).isZero();
    }

    @Test
    void manyAddressesFillNoMemoryAndThoseThatAreThereStay() {
        // Given
        Shares<Integer> shares = shares(requests(1, 1000));
        Share there = shares.hold(-1);
        // When
        for (int i = 0; i < 150_000; i++) {
            Share share = shares.hold(i);
            assertThat(share.begin(System.nanoTime())).isNull();
            share.ended();
            shares.leave(i);
        }
        // Then
        assertThat(shares.unheld()).isLessThanOrEqualTo(100_000);
        assertThat(shares.held()).isEqualTo(1);
        assertThat(shares.hold(-1)).isSameAs(there);
    }

    @Test
    void aShareIsForgottenWhenThereIsNothingToRemember() {
        // Given
        Shares<String> shares = shares(requests(10, 1));
        // When
        shares.hold("idle");
        shares.leave("idle");
        Share busy = shares.hold("busy");
        assertThat(busy.begin(System.nanoTime())).isNull();
        busy.ended();
        shares.leave("busy");
        // Then
        assertThat(shares.held()).isZero();
        await().atMost(Duration.ofSeconds(20)).until(() -> shares.unheld() == 0);
    }

    @Test
    void permitsAreReturnedWhateverThreadsDo() throws Exception {
        // Given
        Limits limits = limits(transfers(3), transfers(2), 0, 5);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        // When
        for (int thread = 0; thread < 4; thread++) {
            threads.execute(() -> {
                for (int i = 0; i < 20_000; i++) {
                    Permit connection = Objects.requireNonNull(limits.connect(HOME, 0));
                    List<Admission> all = List.of(limits.begin(HOME, i % 2 == 0), limits.begin(caller("name" + i % 2)));
                    all.forEach(each -> {
                        if (each instanceof Permit permit) {
                            permit.close();
                        }
                    });
                    connection.close();
                }
            });
        }
        threads.shutdown();
        // Then
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(limits.active()).isZero();
        assertThat(limits.bodies()).isZero();
        for (int i = 0; i < 3; i++) {
            granted(limits.begin(HOME, false));
        }
        assertThat(refused(limits.begin(HOME, false))).isEqualTo(Limit.ADDRESS_TRANSFERS);
    }

    @Test
    void refusalsAreSaidOnceAMinuteAndNamesWriteNoLinesOfTheirOwn() {
        // Given
        Limits limits = limits(Allowance.UNLIMITED, transfers(1), 1, 0);
        try (RecordedLog log = new RecordedLog(Limits.class.getName(), Level.WARNING)) {
            limits.connect(HOME, 0);
            // When
            for (int i = 0; i < 100; i++) {
                limits.connect(HOME, 0);
                limits.note(Limit.IDENTITY_TRANSFERS, caller("ann\nroot"));
            }
            // Then
            assertThat(log.records()).hasSize(2);
            assertThat(log.records().get(0).getMessage()).doesNotContain("\n");
            assertThat(log.records())
                    .anySatisfy(entry -> assertThat(text(entry)).contains("client=192.0.2.1/32"))
                    .anySatisfy(entry -> assertThat(text(entry)).contains("client=ann?root"));
        }
    }

    private static String text(java.util.logging.LogRecord entry) {
        Object[] parameters = entry.getParameters();
        return parameters == null ? entry.getMessage() : String.format(entry.getMessage(), parameters);
    }

    @Test
    void howeverManyAreRefusedTheLogStaysShort() {
        // Given
        Limits limits = limits(Allowance.UNLIMITED, Allowance.UNLIMITED, 1, 0);
        try (RecordedLog log = new RecordedLog(Limits.class.getName(), Level.WARNING)) {
            // When
            for (int i = 0; i < 1000; i++) {
                InetAddress address = AddressRange.address("10.1." + i / 256 + "." + i % 256);
                limits.connect(address, 0);
                limits.connect(address, 0);
            }
            // Then
            assertThat(log.records()).hasSizeBetween(20, 30);
        }
    }

    @Test
    void negativeLimitsAreNone() {
        assertThatThrownBy(() -> new Allowance(-1, 0, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Limits.Settings(Allowance.UNLIMITED, Allowance.UNLIMITED, -1, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
