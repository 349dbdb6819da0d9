package dev.packhorse.fs;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An absolute, normalised path within a store.
 *
 * <p>The only place that decides about {@code .}, {@code ..}, empty segments, NUL and other control characters: what is an
 * {@code FsPath} needs no further look. Shape: {@code /} for the root, else {@code /name/name} without a trailing slash.
 * Limits: {@value #MAX_BYTES} bytes of UTF-8 for a path; the length of one name is the store's business. A backslash is an
 * ordinary character.
 */
public final class FsPath implements Comparable<FsPath> {

    /** Longest path, in bytes of UTF-8 (the limit of Linux, {@code PATH_MAX}). */
    public static final int MAX_BYTES = 4096;

    /** The root of a store. */
    public static final FsPath ROOT = new FsPath("/");

    /** Bytewise order of the UTF-8 form, which is not the order of {@link String#compareTo} beyond the BMP. */
    public static final Comparator<String> BYTEWISE = FsPath::compareBytewise;

    private final String value;

    private FsPath(String value) {
        this.value = value;
    }

    /**
     * Parses an absolute path. Doubled slashes collapse, a trailing slash is dropped.
     *
     * @throws FsException {@code INVALID_NAME} if it does not start with {@code /}, is too long, or a segment is refused
     */
    public static FsPath parse(String text) throws FsException {
        if (text.isEmpty() || text.charAt(0) != '/') {
            throw refused();
        }
        FsPath path = ROOT;
        int start = 1;
        while (start <= text.length()) {
            int end = text.indexOf('/', start);
            if (end < 0) {
                end = text.length();
            }
            if (end > start) {
                path = path.child(text.substring(start, end));
            }
            start = end + 1;
        }
        return path;
    }

    /**
     * Builds a path from decoded segments, none of which may hold a slash.
     *
     * @throws FsException {@code INVALID_NAME} for a segment that is refused, or if the whole is too long
     */
    public static FsPath of(List<String> segments) throws FsException {
        FsPath path = ROOT;
        for (String segment : segments) {
            path = path.child(segment);
        }
        return path;
    }

    /** Tells whether a name may be a segment: not empty, not {@code .} or {@code ..}, no slash, no control, valid Unicode. */
    public static boolean isName(String name) {
        int length = name.length();
        if (length == 0 || name.equals(".") || name.equals("..")) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if (c < ' ' || c == '/' || (c >= 0x7f && c <= 0x9f) || c == '\uFFFD') {
                return false;
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c) || i + 1 == length || !Character.isLowSurrogate(name.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /**
     * Returns the child of this directory.
     *
     * @throws FsException {@code INVALID_NAME} if {@link #isName} refuses it, or the path gets too long
     */
    public FsPath child(String name) throws FsException {
        if (!isName(name)) {
            throw refused();
        }
        FsPath child = new FsPath(isRoot() ? "/" + name : value + "/" + name);
        if (child.value.length() > MAX_BYTES / 3 && utf8Length(child.value) > MAX_BYTES) {
            throw refused();
        }
        return child;
    }

    /** Returns {@code prefix} with this path below it: {@code /a} under {@code /x} is {@code /x/a}. */
    public FsPath under(FsPath prefix) {
        if (prefix.isRoot()) {
            return this;
        }
        return isRoot() ? prefix : new FsPath(prefix.value + value);
    }

    /**
     * Returns this path as seen from {@code ancestor}: {@code /x/a} from {@code /x} is {@code /a}.
     *
     * @throws IllegalArgumentException if this path is not {@code ancestor} or below it
     */
    public FsPath from(FsPath ancestor) {
        if (ancestor.isRoot()) {
            return this;
        }
        if (equals(ancestor)) {
            return ROOT;
        }
        if (!isBelow(ancestor)) {
            throw new IllegalArgumentException(this + " is not below " + ancestor);
        }
        return new FsPath(value.substring(ancestor.value.length()));
    }

    public boolean isRoot() {
        return value.length() == 1;
    }

    /** The last segment; the empty string for the root. */
    public String name() {
        return value.substring(value.lastIndexOf('/') + 1);
    }

    /** The directory that holds this; {@code null} for the root. */
    public @Nullable FsPath parent() {
        if (isRoot()) {
            return null;
        }
        int slash = value.lastIndexOf('/');
        return slash == 0 ? ROOT : new FsPath(value.substring(0, slash));
    }

    /** The segments in order; empty for the root. */
    public List<String> segments() {
        return isRoot() ? List.of() : List.of(value.substring(1).split("/", -1));
    }

    /** Tells whether this lies strictly below {@code ancestor}. */
    public boolean isBelow(FsPath ancestor) {
        return ancestor.isRoot()
                ? !isRoot()
                : value.length() > ancestor.value.length()
                        && value.startsWith(ancestor.value)
                        && value.charAt(ancestor.value.length()) == '/';
    }

    /** Bytewise order of the full paths in UTF-8. */
    @Override
    public int compareTo(FsPath other) {
        return compareBytewise(value, other.value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FsPath path && value.equals(path.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /** The path itself, undecoded and unencoded. */
    @Override
    public String toString() {
        return value;
    }

    private static int compareBytewise(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                // UTF-16 sorts surrogates (beyond the BMP) below U+E000..U+FFFF, UTF-8 above.
                boolean highX = Character.isSurrogate(x);
                boolean highY = Character.isSurrogate(y);
                return highX == highY ? Character.compare(x, y) : highX ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static FsException refused() {
        return new FsException(FsException.Kind.INVALID_NAME, "parse", ROOT);
    }
}
