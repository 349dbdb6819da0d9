package dev.packhorse.policy.access;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;

/**
 * The paths that a rule is for.
 *
 * <p>{@code /a/b} is that path alone, {@code /a/*} what is directly in {@code /a}, {@code /a/**} is {@code /a} and all below it. Of
 * those that hold for a path the one with the longest {@code base} is the most specific, then {@code ITSELF} before
 * {@code CHILDREN} before {@code TREE}; so of two different ones that hold for a path, one is always more specific.
 *
 * @param base the part that is spelled out
 */
record PathPattern(FsPath base, Reach reach) {

    /** How far it goes from its base. */
    enum Reach {
        ITSELF,
        CHILDREN,
        TREE
    }

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    static PathPattern parse(String text) {
        Reach reach = text.endsWith("/**") ? Reach.TREE : text.endsWith("/*") ? Reach.CHILDREN : Reach.ITSELF;
        int stars = switch (reach) {
            case ITSELF -> 0;
            case CHILDREN -> 2;
            case TREE -> 3;
        };
        String base = text.substring(0, text.length() - stars);
        if (base.indexOf('*') >= 0 || base.indexOf('?') >= 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' has a wildcard in the middle: there are /a/b, /a/* and /a/**");
        }
        try {
            PathPattern pattern = new PathPattern(FsPath.parse(base.isEmpty() ? "/" : base), reach);
            if (!pattern.toString().equals(text)) {
                throw new IllegalArgumentException("'" + text + "' has slashes too many: " + pattern);
            }
            return pattern;
        } catch (FsException e) {
            throw new IllegalArgumentException("'" + text + "' is no path", e);
        }
    }

    @Override
    public String toString() {
        String start = base.isRoot() ? "" : base.toString();
        return switch (reach) {
            case ITSELF -> base.toString();
            case CHILDREN -> start + "/*";
            case TREE -> start + "/**";
        };
    }
}
