package dev.packhorse.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

    private static Options with(String name, Object value) {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put(name, value);
        return new Options(parameters);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "512, 512",
        "1k, 1024",
        "64K, 65536",
        "64m, 67108864",
        "2g, 2147483648",
        "1T, 1099511627776",
        "9223372036854775807, 9223372036854775807"
    })
    void sizesArePowersOf1024(String text, long bytes) {
        assertThat(with("size", text).size("size", -1)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "many", "k", "-1", "-1k", "1.5m", "1 m", "1mb", "9223372036854775807k", "+1", "٣", "[1, 2]"})
    void otherSizesAreRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("size", text).size("size", 1))
                .withMessage("option size = '" + text + "' is not a size such as 64m");
    }

    @ParameterizedTest
    @CsvSource({"0s, 0", "500ms, 500", "30s, 30000", "5m, 300000", "1h, 3600000", "7d, 604800000"})
    void durationsCarryAUnit(String text, long millis) {
        assertThat(with("every", text).duration("every", Duration.ZERO)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "30", "s", "-1s", "1.5s", "1 s", "1w", "99999999999999999999s", "9223372036854775807d", "٣s"
            })
    void otherDurationsAreRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("every", text).duration("every", Duration.ZERO))
                .withMessage("option every = '" + text + "' is not a duration such as 30s");
    }

    @Test
    void choicesAreConstantsInLowerCaseWithDashes() {
        assertThat(with("unit", "seconds").choice("unit", TimeUnit.DAYS)).isEqualTo(TimeUnit.SECONDS);
        assertThat(with("state", "timed-waiting").choice("state", Thread.State.NEW))
                .isEqualTo(Thread.State.TIMED_WAITING);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("state", "NEW").choice("state", Thread.State.NEW))
                .withMessage(
                        "option state = 'NEW' is not one of new, runnable, blocked, waiting, timed-waiting, terminated");
    }

    @Test
    void flagsAreTrueOrFalse() {
        assertThat(with("create", "true").flag("create", false)).isTrue();
        assertThat(with("create", false).flag("create", true)).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("create", "yes").flag("create", false))
                .withMessage("option create = 'yes' is not true or false");
    }

    @Test
    void whatIsNotGivenIsTheDefault() {
        Options options = new Options(Map.of());

        assertThat(options.text("a", "x")).isEqualTo("x");
        assertThat(options.optional("b")).isNull();
        assertThat(options.flag("c", true)).isTrue();
        assertThat(options.size("d", 7)).isEqualTo(7);
        assertThat(options.duration("e", Duration.ofDays(1))).isEqualTo(Duration.ofDays(1));
        assertThat(options.choice("f", TimeUnit.DAYS)).isEqualTo(TimeUnit.DAYS);
        assertThatCode(options::end).doesNotThrowAnyException();
    }

    @Test
    void whatNobodyAskedForIsRefusedWithTheNamesThatExist() {
        Options options = with("creat", "true");
        options.flag("create", false);
        options.size("size", 1);

        assertThatIllegalArgumentException()
                .isThrownBy(options::end)
                .withMessage("unknown option 'creat', options are create, size");
    }

    @Test
    void whereThereAreNoOptionsTheMessageSaysSo() {
        assertThatIllegalArgumentException()
                .isThrownBy(with("x", "1")::end)
                .withMessage("unknown option 'x', there are none");
    }
}
