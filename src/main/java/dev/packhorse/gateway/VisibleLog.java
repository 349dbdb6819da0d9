package dev.packhorse.gateway;

import io.quarkus.logging.LoggingFilter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Lets every record through, with what ends a line, moves a cursor or cannot be seen written as {@code \}{@code uXXXX}: names of files,
 * what back ends say and messages of exceptions come from others and can forge no line. It stands before the console and the log file
 * ({@code quarkus.log.*.filter} in {@code application.properties}), so that nobody who logs has to think of it.
 */
@LoggingFilter(name = VisibleLog.NAME)
public final class VisibleLog implements Filter {

    static final String NAME = "visible";

    /** Controls, formats (direction, zero width), separators of lines and paragraphs, halves of a character. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

    private static final ExtFormatter MESSAGE = new PatternFormatter("%s");

    @Override
    public boolean isLoggable(LogRecord entry) {
        ExtLogRecord whole = ExtLogRecord.wrap(entry);
        String message = MESSAGE.format(whole);
        if (isOdd(message)) {
            whole.setParameters(null);
            whole.setMessage(visible(message), ExtLogRecord.FormatStyle.NO_FORMAT);
        }
        Throwable thrown = whole.getThrown();
        if (thrown != null && isOdd(thrown, identitySet())) {
            whole.setThrown(Visible.of(thrown, identitySet()));
        }
        return true;
    }

    private static boolean isOdd(String text) {
        return INVISIBLE.matcher(text).find();
    }

    /** Of it, its causes, and what was suppressed. */
    private static boolean isOdd(@Nullable Throwable thrown, Set<Throwable> seen) {
        if (thrown == null || !seen.add(thrown)) {
            return false;
        }
        boolean odd = isOdd(thrown.toString()) || isOdd(thrown.getCause(), seen);
        for (Throwable suppressed : thrown.getSuppressed()) {
            odd = odd || isOdd(suppressed, seen);
        }
        return odd;
    }

    private static Set<Throwable> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    static String visible(String text) {
        return INVISIBLE.matcher(text).replaceAll(odd -> {
            StringBuilder codes = new StringBuilder();
            odd.group().chars().forEach(c -> codes.append(String.format("\\u%04x", c)));
            return Matcher.quoteReplacement(codes.toString());
        });
    }

    /** What stands for an exception in a trace. */
    private static final class Visible extends Exception {

        private static final long serialVersionUID = 1L;

        private final String text;

        private Visible(String text, @Nullable Throwable cause) {
            super(text, cause);
            this.text = text;
        }

        static @Nullable Visible of(@Nullable Throwable thrown, Set<Throwable> seen) {
            if (thrown == null || !seen.add(thrown)) {
                return null;
            }
            Visible visible = new Visible(VisibleLog.visible(thrown.toString()), of(thrown.getCause(), seen));
            visible.setStackTrace(thrown.getStackTrace());
            for (Throwable suppressed : thrown.getSuppressed()) {
                Visible other = of(suppressed, seen);
                if (other != null) {
                    visible.addSuppressed(other);
                }
            }
            return visible;
        }

        @Override
        @SuppressWarnings("OverrideThrowableToString") // it begins with the name of another class
        public String toString() {
            return text;
        }
    }
}
