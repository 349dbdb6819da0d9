package dev.packhorse.route;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of an endpoint, taken one by one. What nobody has asked for in the end is a mistake of the operator.
 *
 * <p>Sizes are {@code 512}, {@code 64k}, {@code 64m}, {@code 2g} (powers of 1024); durations {@code 500ms}, {@code 30s},
 * {@code 5m}, {@code 1h}, {@code 7d}.
 */
public final class Options {

    private static final Pattern CAMEL_HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

    private final Map<String, String> left = new LinkedHashMap<>();
    private final SortedSet<String> known = new TreeSet<>();

    /** Options to take from parameters. */
    public Options(Map<String, Object> parameters) {
        parameters.forEach((key, value) -> left.put(dashed(key), String.valueOf(value)));
    }

    /** What nobody has taken yet. */
    Map<String, String> left() {
        return Map.copyOf(left);
    }

    /** Camel's YAML turns {@code max-body} into {@code maxBody} before anybody sees it. */
    private static String dashed(String key) {
        return CAMEL_HUMP.matcher(key).replaceAll("-").toLowerCase(Locale.ROOT);
    }

    /** The value of an option, or {@code otherwise}. */
    public String text(String name, String otherwise) {
        String value = optional(name);
        return value == null ? otherwise : value;
    }

    /** The value of an option, {@code null} if it is not given. */
    public @Nullable String optional(String name) {
        known.add(name);
        return left.remove(name);
    }

    /** Gives an option that is not given. */
    public void usually(String name, String value) {
        left.putIfAbsent(name, value);
    }

    /** All options whose names begin with a prefix, by the rest of their names. */
    public Map<String, String> prefixed(String prefix) {
        known.add(prefix + "*");
        Map<String, String> taken = new TreeMap<>();
        left.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                taken.put(name.substring(prefix.length()), value);
            }
        });
        left.keySet().removeIf(name -> name.startsWith(prefix));
        return taken;
    }

    /** {@code true} or {@code false}. */
    public boolean flag(String name, boolean otherwise) {
        String value = optional(name);
        if (value == null) {
            return otherwise;
        }
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw bad(name, value, "true or false");
        };
    }

    /** One of the constants of an enum, in lower case with dashes. */
    public <E extends Enum<E>> E choice(String name, E otherwise) {
        String value = optional(name);
        if (value == null) {
            return otherwise;
        }
        StringBuilder all = new StringBuilder();
        for (E constant : otherwise.getDeclaringClass().getEnumConstants()) {
            String word = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (word.equals(value)) {
                return constant;
            }
            all.append(all.isEmpty() ? "" : ", ").append(word);
        }
        throw bad(name, value, "one of " + all);
    }

    /** A number of bytes. */
    public long size(String name, long otherwise) {
        String value = optional(name);
        if (value == null) {
            return otherwise;
        }
        int shift = value.isEmpty() ? -1 : "kmgt".indexOf(Character.toLowerCase(value.charAt(value.length() - 1)));
        String digits = shift < 0 ? value : value.substring(0, value.length() - 1);
        try {
            return Math.multiplyExact(number(digits), 1L << (10 * (shift + 1)));
        } catch (ArithmeticException | NumberFormatException e) {
            throw bad(name, value, "a size such as 64m");
        }
    }

    /** A length of time. */
    public Duration duration(String name, Duration otherwise) {
        String value = optional(name);
        if (value == null) {
            return otherwise;
        }
        int unit = 0;
        while (unit < value.length() && isDigit(value.charAt(unit))) {
            unit++;
        }
        try {
            long number = number(value.substring(0, unit));
            return switch (value.substring(unit)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                case "d" -> Duration.ofDays(number);
                default -> throw bad(name, value, "a duration such as 30s");
            };
        } catch (ArithmeticException | NumberFormatException e) {
            throw bad(name, value, "a duration such as 30s");
        }
    }

    /** A length of time that may have a minus in front. */
    public Duration signedDuration(String name, Duration otherwise) {
        String value = left.get(name);
        if (value == null || !value.startsWith("-")) {
            return duration(name, otherwise);
        }
        left.put(name, value.substring(1));
        return duration(name, otherwise).negated();
    }

    /** Names, separated by commas. */
    public Set<String> names(String name, Set<String> otherwise) {
        String value = optional(name);
        return value == null
                ? otherwise
                : Stream.of(value.split(",", -1))
                        .map(String::trim)
                        .filter(each -> !each.isEmpty())
                        .collect(Collectors.toUnmodifiableSet());
    }

    private static long number(String digits) {
        // Without this, signs and the digits of other scripts would do.
        if (!digits.chars().allMatch(Options::isDigit)) {
            throw new NumberFormatException(digits);
        }
        return Long.parseLong(digits);
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    /**
     * Ends the taking.
     *
     * @throws IllegalArgumentException if something is left that nobody knows
     */
    public void end() {
        if (!left.isEmpty()) {
            throw new IllegalArgumentException(
                    "unknown option '" + left.keySet().iterator().next() + "', "
                            + (known.isEmpty() ? "there are none" : "options are " + String.join(", ", known)));
        }
    }

    /** A value that makes no sense. */
    public static IllegalArgumentException bad(String name, String value, String expected) {
        return new IllegalArgumentException("option " + name + " = '" + value + "' is not " + expected);
    }
}
