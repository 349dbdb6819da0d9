package dev.packhorse.front.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDatesTest {

    private static final Instant EXAMPLE = Instant.parse("1994-11-06T08:49:37Z");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
                "Sun Nov 06 08:49:37 1994"
            })
    void allThreeFormsAreRead(String text) {
        assertThat(HttpDates.parse(text)).isEqualTo(EXAMPLE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "784111777",
                "Sun, 06 Nov 1994 08:49:37 UTC",
                "Sun, 06 Nov 1994 08:49:37 +0000",
                "Sun, 31 Feb 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 24:49:37 GMT",
                "Sun, 06 Nov 1994 08:61:37 GMT",
                "Sun, 6 Nov 1994 08:49:37 GMT",
                "Sun, 06 nov 1994 08:49:37 GMT",
                "Sun, 06 ovD 1994 08:49:37 GMT",
                "Sun, 06 Nov 94 08:49:37 GMT",
                ",",
                ", GMT",
                "Sunday, 06-Nov-1994 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994 GMT"
            })
    void anythingElseIsNoDate(String text) {
        assertThat(HttpDates.parse(text)).isNull();
    }

    @Test
    void aLeapSecondIsTheSecondBefore() {
        assertThat(HttpDates.parse("Sat, 31 Dec 2016 23:59:60 GMT")).isEqualTo(Instant.parse("2016-12-31T23:59:59Z"));
    }

    @Test
    void twoDigitsMeanAYearThatIsNotFarAhead() {
        Instant parsed = HttpDates.parse("Monday, 01-Jan-80 00:00:00 GMT");

        assertThat(parsed).isBefore(Instant.now().plusSeconds(51L * 366 * 86_400));
    }

    @Test
    void everyMomentIsWrittenAsTheLibraryDoesAndReadBack() {
        DateTimeFormatter library = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                .withZone(ZoneOffset.UTC);
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            Instant moment = Instant.ofEpochSecond((long) ((random.nextDouble() - 0.2) * 200_000_000_000L));
            String text = HttpDates.format(moment);
            assertThat(text).isEqualTo(library.format(moment));
            assertThat(HttpDates.parse(text)).isEqualTo(moment);
        }
    }

    @Test
    void momentsOutsideTheYearsOfFourDigitsBecomeTheNearest() {
        assertThat(HttpDates.format(Instant.MAX)).isEqualTo("Fri, 31 Dec 9999 23:59:59 GMT");
        assertThat(HttpDates.format(Instant.MIN)).isEqualTo("Sat, 01 Jan 0000 00:00:00 GMT");
    }
}
