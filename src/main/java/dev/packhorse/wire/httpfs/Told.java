package dev.packhorse.wire.httpfs;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a Packhorse tells another of a store: {@code MODE WRITE; precision=1; staleness=0}.
 *
 * @param capabilities names of the contract; those that the reader does not know mean nothing to it
 * @param precision step of modification times in nanoseconds, 1 or more
 * @param staleness for how many nanoseconds something may be answered from memory
 */
public record Told(Set<String> capabilities, long precision, long staleness) {

    public Told {
        capabilities = Set.copyOf(capabilities);
        if (precision < 1 || staleness < 0) {
            throw new IllegalArgumentException("neither a precision nor a staleness");
        }
    }

    /** Reads the value of a header; {@code null} if it is none. */
    public static @Nullable Told parse(String text) {
        String[] parts = text.split(";", -1);
        if (parts.length < 3) {
            return null;
        }
        long precision = number(parts[1], "precision=");
        long staleness = number(parts[2], "staleness=");
        if (precision < 1 || staleness < 0) {
            return null;
        }
        Set<String> names = new TreeSet<>();
        for (String name : parts[0].trim().split(" +", -1)) {
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return new Told(names, precision, staleness);
    }

    private static long number(String part, String name) {
        String text = part.trim();
        return text.startsWith(name) ? Values.number(text.substring(name.length()), Long.MAX_VALUE) : -1;
    }

    /** The value of the header. */
    @Override
    public String toString() {
        return String.join(" ", new TreeSet<>(capabilities)) + "; precision=" + precision + "; staleness=" + staleness;
    }
}
