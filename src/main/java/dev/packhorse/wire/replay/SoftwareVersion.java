package dev.packhorse.wire.replay;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which software a device runs: 4.1.1 build 140.
 *
 * @param major 4 for the 4000 series (the 4500 too), 5 for the 5000 series
 */
public record SoftwareVersion(int major, int minor, int patch, int build) implements Comparable<SoftwareVersion> {

    /** What a device is taken for that does not say (INTEROP section 1): the first version that wants its queries encrypted. */
    public static final SoftwareVersion DEFAULT = new SoftwareVersion(4, 3, 0, 0);

    private static final Comparator<SoftwareVersion> ORDER = Comparator.comparingInt(SoftwareVersion::major)
            .thenComparingInt(SoftwareVersion::minor)
            .thenComparingInt(SoftwareVersion::patch)
            .thenComparingInt(SoftwareVersion::build);

    /** Digits of a description: {@code 520} or {@code 530}, one digit each, the build. */
    private static final Pattern WIRE = Pattern.compile("5[23]0(\\d)(\\d)(\\d)(\\d{1,6})");

    private static final Pattern DOTTED =
            Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,4})(?:\\.(\\d{1,6}))?)?");

    public SoftwareVersion {
        if (major < 0 || minor < 0 || patch < 0 || build < 0) {
            throw new IllegalArgumentException("negative version");
        }
    }

    /**
     * Reads a version.
     *
     * @param text as devices write it (INTEROP section 6: {@code 520411140} is 4.1.1 build 140), or as people do: {@code 4.1},
     *     {@code 4.1.1}, {@code 4.1.1.140}
     * @throws IllegalArgumentException if it is neither
     */
    public static SoftwareVersion parse(String text) {
        Matcher matcher = WIRE.matcher(text);
        if (!matcher.matches()) {
            matcher = DOTTED.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("no software version such as 4.3 or 520411140");
            }
        }
        return new SoftwareVersion(number(matcher, 1), number(matcher, 2), number(matcher, 3), number(matcher, 4));
    }

    private static int number(Matcher matcher, int group) {
        String digits = matcher.group(group);
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    /** Whether it wants encrypted queries: since 4.3. */
    public boolean encrypts() {
        return compareTo(DEFAULT) >= 0;
    }

    @Override
    public int compareTo(SoftwareVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch + "." + build;
    }
}
