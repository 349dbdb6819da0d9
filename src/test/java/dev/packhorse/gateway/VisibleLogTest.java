package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Objects;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.Test;

class VisibleLogTest {

    private static final PatternFormatter AS_QUARKUS = new PatternFormatter("%d %-5p [%c] (%t) %s%e%n");

    private final VisibleLog filter = new VisibleLog();

    private String line(ExtLogRecord entry) {
        assertThat(filter.isLoggable(entry)).isTrue();
        return AS_QUARKUS.format(entry);
    }

    private static ExtLogRecord entry(String format, Object... parameters) {
        ExtLogRecord entry = new ExtLogRecord(Level.WARNING, format, ExtLogRecord.FormatStyle.PRINTF, "logger");
        entry.setLoggerName("dev.packhorse");
        entry.setParameters(parameters);
        return entry;
    }

    @Test
    void aNameMakesNoLineAndMovesNoCursor() {
        assertThat(line(entry(
                        "path=%s ms=%d",
                        "/a\n2026 ERROR [x] forged \u001b[2J\u202e\u2028\ud800 100%d \\ $1 \u00e4 \ud83d\ude00", 7)))
                .endsWith(
                        "path=/a\\u000a2026 ERROR [x] forged \\u001b[2J\\u202e\\u2028\\ud800 100%d \\ $1 \u00e4 \ud83d\ude00 ms=7"
                                + System.lineSeparator());
    }

    @Test
    void whatIsPlainStaysAsItIs() {
        ExtLogRecord entry = entry("path=%s", "/a b");
        assertThat(line(entry)).endsWith(" path=/a b" + System.lineSeparator());
        assertThat(entry.getMessage()).isEqualTo("path=%s");
    }

    @Test
    void noMessageOfAnExceptionMakesALine() {
        IOException cause = new IOException("no\n2026 ERROR [x] forged");
        IllegalStateException thrown = new IllegalStateException("plain", cause);
        thrown.addSuppressed(new IOException("also\r\nthis"));
        cause.addSuppressed(thrown);
        ExtLogRecord entry = entry("failed");
        entry.setThrown(thrown);
        String text = line(entry);
        assertThat(text)
                .contains(
                        "java.lang.IllegalStateException: plain",
                        "java.io.IOException: no\\u000a2026 ERROR [x] forged",
                        "java.io.IOException: also\\u000d\\u000athis",
                        "VisibleLogTest.noMessageOfAnExceptionMakesALine");
        assertThat(text.lines()).noneMatch(line -> line.startsWith("2026 ERROR"));
    }

    @Test
    void aPlainExceptionIsShownAsItIs() {
        IOException thrown = new IOException("plain");
        ExtLogRecord entry = entry("failed");
        entry.setThrown(thrown);
        line(entry);
        assertThat(Objects.requireNonNull(entry.getThrown())).isSameAs(thrown);
    }
}
