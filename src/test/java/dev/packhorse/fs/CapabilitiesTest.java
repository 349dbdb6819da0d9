package dev.packhorse.fs;

import static dev.packhorse.fs.Capability.ETAGS;
import static dev.packhorse.fs.Capability.MODE;
import static dev.packhorse.fs.Capability.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {

    private final Capabilities seconds = new Capabilities(Set.of(WRITE, MODE), Duration.ofSeconds(1));
    private final Capabilities nanos = new Capabilities(Set.of(WRITE, ETAGS), Duration.ofNanos(1));

    @Test
    void ofTwoThatACallMayReachCountsWhatEitherCanDoAndWhatBothGuard() {
        Capabilities either = seconds.or(nanos.with(Duration.ofMinutes(1)));

        assertThat(either.all()).containsExactlyInAnyOrder(WRITE, MODE);
        assertThat(either.timePrecision()).isEqualTo(Duration.ofSeconds(1));
        assertThat(either.staleness()).isEqualTo(Duration.ofMinutes(1));
        assertThat(nanos.or(seconds.with(ETAGS)).all()).containsExactlyInAnyOrder(WRITE, MODE, ETAGS);
        assertThat(seconds.or(seconds)).isSameAs(seconds);
    }

    @Test
    void changesOneThingAndKeepsTheOthers() {
        Capabilities old = seconds.with(Duration.ofMinutes(1));

        assertThat(old.with(ETAGS).staleness()).isEqualTo(old.staleness());
        assertThat(old.without(MODE).staleness()).isEqualTo(old.staleness());
        assertThat(old.without(MODE).all()).containsExactly(WRITE);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> new Capabilities(Set.of(), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> seconds.with(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
    }
}
