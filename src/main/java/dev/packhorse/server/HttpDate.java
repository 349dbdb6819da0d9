package dev.packhorse.server;

import dev.packhorse.front.http.HttpDates;
import java.time.Instant;

/** The {@code Date} of responses (RFC 9110, 5.6.7), formatted once a second. */
final class HttpDate {

    private record Second(long epoch, String text) {}

    private static volatile Second last = new Second(Long.MIN_VALUE, "");

    private HttpDate() {}

    static String now() {
        long epoch = System.currentTimeMillis() / 1000;
        Second second = last;
        if (second.epoch != epoch) {
            second = new Second(epoch, HttpDates.format(Instant.ofEpochSecond(epoch)));
            last = second;
        }
        return second.text;
    }
}
