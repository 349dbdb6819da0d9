package dev.packhorse.front.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Year;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Dates of HTTP (RFC 9110, 5.6.7): written as IMF-fixdate, read in all three forms. */
public final class HttpDates {

    private static final String DAYS = "SunMonTueWedThuFriSat";
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private static final long YEAR_0 = -62_167_219_200L;
    private static final long YEAR_9999_END = 253_402_300_799L;

    private HttpDates() {}

    /** Formats a moment in whole seconds; what lies outside the years 0 to 9999 becomes the nearest that does not. */
    public static String format(Instant moment) {
        long seconds = Math.max(YEAR_0, Math.min(YEAR_9999_END, moment.getEpochSecond()));
        long day = Math.floorDiv(seconds, 86_400L);
        int time = (int) Math.floorMod(seconds, 86_400L);
        int weekday = (int) Math.floorMod(day + 4, 7L);
        // Days since 0000-03-01, so that the leap day is the last of its year.
        long shifted = day + 719_468;
        long era = Math.floorDiv(shifted, 146_097L);
        int dayOfEra = (int) Math.floorMod(shifted, 146_097L);
        int yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int shiftedMonth = (5 * dayOfYear + 2) / 153;
        int dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1;
        int month = shiftedMonth < 10 ? shiftedMonth + 2 : shiftedMonth - 10;
        int year = (int) (yearOfEra + era * 400) + (month < 2 ? 1 : 0);

        char[] text = new char[29];
        DAYS.getChars(weekday * 3, weekday * 3 + 3, text, 0);
        text[3] = ',';
        text[4] = ' ';
        twoDigits(text, 5, dayOfMonth);
        text[7] = ' ';
        MONTHS.getChars(month * 3, month * 3 + 3, text, 8);
        text[11] = ' ';
        twoDigits(text, 12, year / 100);
        twoDigits(text, 14, year % 100);
        text[16] = ' ';
        twoDigits(text, 17, time / 3_600);
        text[19] = ':';
        twoDigits(text, 20, time / 60 % 60);
        text[22] = ':';
        twoDigits(text, 23, time % 60);
        " GMT".getChars(0, 4, text, 25);
        return new String(text);
    }

    /** Reads IMF-fixdate, the form of RFC 850 or that of {@code asctime}; {@code null} for anything else. */
    public static @Nullable Instant parse(String text) {
        String s = text.trim();
        int comma = s.indexOf(',');
        try {
            if (comma < 0) {
                // Sun Nov  6 08:49:37 1994
                if (s.length() != 24 || s.charAt(3) != ' ' || s.charAt(7) != ' ' || s.charAt(19) != ' ') {
                    return null;
                }
                int day = s.charAt(8) == ' ' ? digits(s, 9, 1) : digits(s, 8, 2);
                return moment(s, digits(s, 20, 4), s.substring(4, 7), day, 11);
            }
            if (!s.endsWith(" GMT") || s.length() < comma + 2 || s.charAt(comma + 1) != ' ') {
                return null;
            }
            int at = comma + 2;
            if (comma == 3) {
                // Sun, 06 Nov 1994 08:49:37 GMT
                if (s.length() != 29 || s.charAt(7) != ' ' || s.charAt(11) != ' ' || s.charAt(16) != ' ') {
                    return null;
                }
                return moment(s, digits(s, at + 7, 4), s.substring(8, 11), digits(s, at, 2), 17);
            }
            // Sunday, 06-Nov-94 08:49:37 GMT
            if (s.length() != at + 22 || s.charAt(at + 2) != '-' || s.charAt(at + 6) != '-') {
                return null;
            }
            return moment(s, fullYear(digits(s, at + 7, 2)), s.substring(at + 3, at + 6), digits(s, at, 2), at + 10);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static Instant moment(String s, int year, String monthName, int day, int timeAt) {
        int month = MONTHS.indexOf(monthName);
        if (month < 0 || month % 3 != 0 || s.charAt(timeAt + 2) != ':' || s.charAt(timeAt + 5) != ':') {
            throw new DateTimeException("not a date");
        }
        int second = digits(s, timeAt + 6, 2);
        return LocalDateTime.of(
                        year,
                        month / 3 + 1,
                        day,
                        digits(s, timeAt, 2),
                        digits(s, timeAt + 3, 2),
                        second == 60 ? 59 : second)
                .toInstant(ZoneOffset.UTC);
    }

    /** RFC 9110, 5.6.7: a year that seems more than 50 years ahead is the one before it with the same two digits. */
    private static int fullYear(int twoDigits) {
        int now = Year.now(ZoneOffset.UTC).getValue();
        int year = now - now % 100 + twoDigits;
        return year > now + 50 ? year - 100 : year;
    }

    private static int digits(String s, int from, int count) {
        int value = 0;
        for (int i = from; i < from + count; i++) {
            char c = s.charAt(i);
            if (c < '0' || c > '9') {
                throw new DateTimeException("not a digit");
            }
            value = value * 10 + c - '0';
        }
        return value;
    }

    private static void twoDigits(char[] text, int at, int value) {
        text[at] = (char) ('0' + value / 10);
        text[at + 1] = (char) ('0' + value % 10);
    }
}
