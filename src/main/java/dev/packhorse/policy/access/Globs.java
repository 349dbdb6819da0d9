package dev.packhorse.policy.access;

import dev.packhorse.fs.FsPath;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Patterns for names: {@code *} is any characters, also none, {@code ?} is one, everything else is itself, in its case.
 *
 * @param patterns each for one segment of a path
 */
public record Globs(List<String> patterns) {

    /** No name is one of these. */
    public static final Globs NONE = new Globs(List.of());

    public Globs {
        patterns = List.copyOf(patterns);
    }

    /**
     * Reads {@code .git, *.tmp}.
     *
     * @throws IllegalArgumentException for an empty one, one twice, one that is for all names, or one with a slash
     */
    public static Globs parse(String text) {
        Set<String> patterns = new LinkedHashSet<>();
        for (String each : text.split(",", -1)) {
            String pattern = each.trim();
            if (!FsPath.isName(pattern) || pattern.chars().allMatch(c -> c == '*')) {
                throw new IllegalArgumentException("'" + pattern + "' is no pattern for names such as *.tmp");
            }
            if (!patterns.add(pattern)) {
                throw new IllegalArgumentException("'" + pattern + "' is there twice");
            }
        }
        return new Globs(List.copyOf(patterns));
    }

    public boolean isEmpty() {
        return patterns.isEmpty();
    }

    /** Whether one of the patterns is for a name. */
    boolean match(String name) {
        for (String pattern : patterns) {
            if (matches(pattern, name)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a name on a path is one of these. */
    boolean matchAny(String path) {
        for (String segment : path.split("/", -1)) {
            if (!segment.isEmpty() && match(segment)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Takes time in proportion to the product of both lengths at most: only the last star is ever tried anew. A {@code ?} is one code
     * point.
     */
    private static boolean matches(String pattern, String name) {
        int at = 0;
        int in = 0;
        int star = -1;
        int tried = 0;
        while (in < name.length()) {
            char wanted = at < pattern.length() ? pattern.charAt(at) : '\0';
            if (wanted == '*') {
                star = at++;
                tried = in;
            } else if (wanted == '?') {
                at++;
                in += Character.charCount(name.codePointAt(in));
            } else if (wanted == name.charAt(in)) {
                at++;
                in++;
            } else if (star >= 0) {
                at = star + 1;
                tried += Character.charCount(name.codePointAt(tried));
                in = tried;
            } else {
                return false;
            }
        }
        while (at < pattern.length() && pattern.charAt(at) == '*') {
            at++;
        }
        return at == pattern.length();
    }
}
