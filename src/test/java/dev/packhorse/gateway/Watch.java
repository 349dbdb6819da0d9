package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.Canary;
import dev.packhorse.RecordedLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Collectors;

/** All that is logged, printed and answered while this is open; what is a secret in it is found. */
final class Watch implements AutoCloseable {

    /** A text, and where it turned up. */
    private record Said(String where, String text) {

        String leak() {
            return where + ": " + text.strip().lines().limit(20).collect(Collectors.joining("\n"));
        }
    }

    private final List<Said> said = Collections.synchronizedList(new ArrayList<>());
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream usualOut = System.out;
    private final PrintStream usualErr = System.err;
    /** What libraries say for debugging shows what they send; that is for those who ask for it. */
    private final RecordedLog log = new RecordedLog("", Level.INFO);

    private final RecordedLog own = new RecordedLog("dev.packhorse", Level.FINEST);

    Watch() {
        System.setOut(new PrintStream(new Both(usualOut, printed), true, UTF_8));
        System.setErr(new PrintStream(new Both(usualErr, printed), true, UTF_8));
    }

    /** Something that somebody was told, and where. */
    void said(String where, String text) {
        said.add(new Said(where, text));
    }

    /** A failure, of which the operator sees the message. */
    void failed(String where, Throwable failure) {
        said(where, String.valueOf(failure.getMessage()));
    }

    /** Whatever holds a trace of a secret. */
    List<String> leaks() {
        List<Said> all = new ArrayList<>(said);
        for (RecordedLog each : List.of(log, own)) {
            each.records().forEach(entry -> all.add(new Said("log", text(entry))));
        }
        printed.toString(UTF_8).lines().forEach(line -> all.add(new Said("printed", line)));
        return all.stream()
                .filter(each -> !Canary.in(each.text).isEmpty())
                .map(Said::leak)
                .distinct()
                .limit(30)
                .toList();
    }

    /** How much was looked at. */
    int size() {
        return said.size() + log.records().size() + own.records().size();
    }

    private static String text(LogRecord entry) {
        StringWriter text = new StringWriter();
        text.append(String.valueOf(entry.getMessage()));
        Object[] parameters = entry.getParameters();
        for (Object each : parameters == null ? new Object[0] : parameters) {
            text.append(" | ").append(String.valueOf(each));
        }
        if (entry.getThrown() != null) {
            entry.getThrown().printStackTrace(new PrintWriter(text.append('\n'), true));
        }
        return text.toString();
    }

    @Override
    public void close() {
        System.setOut(usualOut);
        System.setErr(usualErr);
        log.close();
        own.close();
    }

    /** Writes to two places. */
    private static final class Both extends OutputStream {
        private final OutputStream one;
        private final OutputStream other;

        Both(OutputStream one, OutputStream other) {
            this.one = one;
            this.other = other;
        }

        @Override
        public void write(int b) throws IOException {
            one.write(b);
            other.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            one.write(bytes, offset, length);
            other.write(bytes, offset, length);
        }
    }
}
