package dev.packhorse.front.http;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The path of a request target, decoded once.
 *
 * <p>{@code /fs//a/b%20c/?x} has the segments {@code fs}, {@code a}, {@code b c} and a trailing slash. An absolute form
 * ({@code http://host/path}) loses its host. {@code %2F} within a segment is refused, as is what {@link FsPath} refuses.
 *
 * @param path the decoded path
 * @param trailingSlash whether it ended in a slash (the root always does)
 * @param query what stood behind the first {@code ?}, undecoded; {@code null} if nothing did
 */
public record RequestTarget(
        FsPath path, boolean trailingSlash, @Nullable String query) {

    /**
     * Parses a request target.
     *
     * @param target as it came on the wire
     * @throws FsException {@code INVALID_NAME} for a bad escape, invalid UTF-8, a refused segment or an over-long path
     */
    public static RequestTarget parse(String target) throws FsException {
        int mark = target.indexOf('?');
        String query = mark < 0 ? null : target.substring(mark + 1);
        return parsePath(rawPath(target, mark), query);
    }

    /**
     * Where the path of a target begins, also of one that {@link #parse} refuses: its first segments, up to one that makes no sense.
     *
     * @param most segments that are looked at
     */
    public static FsPath beginning(String target, int most) {
        FsPath path = FsPath.ROOT;
        try {
            int depth = 0;
            for (String raw : rawPath(target, target.indexOf('?')).split("/", -1)) {
                String segment = raw.isEmpty() ? raw : WireText.decodePercent(raw);
                if (segment == null || depth == most) {
                    break;
                }
                if (!segment.isEmpty()) {
                    path = path.child(segment);
                    depth++;
                }
            }
        } catch (FsException e) {
            // What comes before that segment is known.
            return path;
        }
        return path;
    }

    /** The part of the target behind a prefix of decoded segments. */
    public RequestTarget from(FsPath prefix) {
        return new RequestTarget(path.from(prefix), trailingSlash || path.equals(prefix), query);
    }

    private static RequestTarget parsePath(String raw, @Nullable String query) throws FsException {
        if (raw.isEmpty() || raw.charAt(0) != '/') {
            throw refused();
        }
        List<String> segments = new ArrayList<>();
        int start = 1;
        while (start < raw.length()) {
            int end = raw.indexOf('/', start);
            if (end < 0) {
                end = raw.length();
            }
            if (end > start) {
                String segment = WireText.decodePercent(raw.substring(start, end));
                if (segment == null) {
                    throw refused();
                }
                segments.add(segment);
            }
            start = end + 1;
        }
        return new RequestTarget(FsPath.of(segments), raw.endsWith("/"), query);
    }

    private static String rawPath(String target, int mark) {
        return withoutAuthority(mark < 0 ? target : target.substring(0, mark));
    }

    private static String withoutAuthority(String raw) {
        int scheme =
                raw.regionMatches(true, 0, "http://", 0, 7) ? 7 : raw.regionMatches(true, 0, "https://", 0, 8) ? 8 : 0;
        if (scheme == 0) {
            return raw;
        }
        int slash = raw.indexOf('/', scheme);
        return slash < 0 ? "/" : raw.substring(slash);
    }

    private static FsException refused() {
        return new FsException(FsException.Kind.INVALID_NAME, "parse", FsPath.ROOT);
    }
}
