package dev.packhorse.wire.httpfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ValuesTest {

    @Test
    void modesAreDecimalButForTheLiteralOfTheDocument() {
        assertThat(Values.mode(" 33188 ")).isEqualTo(0100644);
        assertThat(Values.mode("120777")).isEqualTo(0120777);
        assertThat(Values.mode("0120777")).isEqualTo(0120777);
        assertThat(Values.mode("65535")).isEqualTo(0177777);
        assertThat(Values.mode("0")).isZero();
        for (String bad : List.of("", "0644", "65536", "-1", "+1", "rwx", "1 2", "99999999999999999999")) {
            assertThat(Values.mode(bad)).as(bad).isEqualTo(Values.NONE);
        }
    }

    @Test
    void timesAreSecondsWithNanosecondsBeside() {
        assertThat(Values.modified("1641024000", "5000")).hasToString("2022-01-01T08:00:00.000005Z");
        assertThat(Values.modified("-1", "999999999")).hasToString("1969-12-31T23:59:59.999999999Z");
        assertThat(Values.modified("-62135596800", null)).hasToString("0001-01-01T00:00:00Z");
        for (String bad : List.of("", "-", "1.5", "253402300800", "-62135596801")) {
            assertThat(Values.modified(bad, null)).as(bad).isNull();
        }
        assertThat(Values.modified("1", "1000000000")).isNull();
        assertThat(Values.modified("1", "-1")).isNull();
    }

    @Test
    void ownersAndTimestampsAreNumbers() {
        assertThat(Values.ownership("1000:4294967294")).isEqualTo(new Values.Ownership(1000, 4_294_967_294L));
        for (String bad : List.of("", ":", "1", "1:", ":1", "1:4294967295", "a:b", "1:2:3")) {
            assertThat(Values.ownership(bad)).as(bad).isNull();
        }
        assertThat(Values.changeTimestamp(" 9223372036854775807 ")).isEqualTo(Long.MAX_VALUE);
        assertThat(Values.changeTimestamp("9223372036854775808")).isNull();
    }

    @Test
    void whatIsToldIsReadAsItWasWritten() {
        Told told = new Told(Set.of("WRITE", "MODE"), 1_000, 30_000_000_000L);

        assertThat(told).hasToString("MODE WRITE; precision=1000; staleness=30000000000");
        assertThat(Told.parse(told.toString())).isEqualTo(told);
        assertThat(Told.parse("; precision=1; staleness=0; more=x")).isEqualTo(new Told(Set.of(), 1, 0));
        for (String bad : List.of("", "WRITE", "WRITE; precision=0; staleness=0", "WRITE; staleness=0; precision=1")) {
            assertThat(Told.parse(bad)).as(bad).isNull();
        }
    }

    @Test
    void mediaTypesAreSentAsTheyAre() {
        assertThat(Between.isSendable("text/x-verse; charset=utf-8")).isTrue();
        for (String bad : List.of("", " ", " a/b", "a/b\r\nX: y", "é/b", "a".repeat(256))) {
            assertThat(Between.isSendable(bad)).as(bad).isFalse();
        }
    }
}
