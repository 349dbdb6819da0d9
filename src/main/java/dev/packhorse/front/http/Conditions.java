package dev.packhorse.front.http;

import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of a request (RFC 9110, section 13).
 *
 * <p>A change hands them to the store as {@link #preconditions}, which checks them in one step with the change; reading
 * asks {@link #outcome} about the node it has. A date that is none is ignored. {@code If-Match} compares strongly,
 * {@code If-None-Match} weakly.
 *
 * @param ifMatch {@code If-Match}; what is no list of tags matches nothing
 * @param ifNoneMatch {@code If-None-Match}, its weak tags as if they were strong
 * @param ifModifiedSince {@code If-Modified-Since}
 * @param ifUnmodifiedSince {@code If-Unmodified-Since}
 * @param malformed a list of tags was none: no change may go ahead, since its condition is not known
 */
public record Conditions(
        @Nullable EtagMatch ifMatch,
        @Nullable EtagMatch ifNoneMatch,
        @Nullable Instant ifModifiedSince,
        @Nullable Instant ifUnmodifiedSince,
        boolean malformed) {

    /** What to do with a GET or HEAD. */
    public enum Outcome {
        /** Answer as if there were no conditions. */
        PROCEED,
        /** {@code 304}. */
        NOT_MODIFIED,
        /** {@code 412}. */
        FAILED
    }

    /** No condition. */
    public static final Conditions NONE = new Conditions(null, null, null, null, false);

    /**
     * How long after a change its date is no proof yet that there was none since (RFC 7232, 2.2.2). Dates in headers have steps of a
     * second, those of some stores of two, and their clocks and ours differ.
     */
    private static final Duration UNSETTLED = Duration.ofMinutes(1);

    private static final EtagMatch NOTHING = new EtagMatch(false, List.of());

    /** Reads the conditions of a request. */
    public static Conditions of(HttpRequest request) {
        boolean match = request.header("If-Match") != null;
        boolean noneMatch = request.header("If-None-Match") != null;
        Instant modified = date(request, "If-Modified-Since");
        Instant unmodified = date(request, "If-Unmodified-Since");
        if (!match && !noneMatch && modified == null && unmodified == null) {
            return NONE;
        }
        EtagMatch ifMatch = match ? tags(request.headers("If-Match"), false) : null;
        EtagMatch ifNoneMatch = noneMatch ? tags(request.headers("If-None-Match"), true) : null;
        boolean malformed = (match && ifMatch == null) || (noneMatch && ifNoneMatch == null);
        return new Conditions(
                match && ifMatch == null ? NOTHING : ifMatch,
                noneMatch && ifNoneMatch == null ? NOTHING : ifNoneMatch,
                modified,
                unmodified,
                malformed);
    }

    /** The conditions of a change; {@code If-Modified-Since} is for reading only. */
    public Preconditions preconditions(@Nullable Long changeTimestamp) {
        return ifMatch == null && ifNoneMatch == null && ifUnmodifiedSince == null && changeTimestamp == null
                ? Preconditions.NONE
                : new Preconditions(ifMatch, ifNoneMatch, ifUnmodifiedSince, changeTimestamp);
    }

    /**
     * Evaluates the conditions of a GET or HEAD in the order of 13.2.2.
     *
     * <p>Where there is no {@code Last-Modified}, dates are not looked at (13.1.3, 13.1.4), and neither where it is the epoch, the time
     * that nobody knows.
     *
     * @param node what would be sent
     */
    public Outcome outcome(Node node) {
        boolean dated = isDated(node);
        if (ifMatch != null) {
            if (!ifMatch.matches(node)) {
                return Outcome.FAILED;
            }
        } else if (ifUnmodifiedSince != null && dated && isYounger(node, ifUnmodifiedSince)) {
            return Outcome.FAILED;
        }
        if (ifNoneMatch != null) {
            return ifNoneMatch.matches(node) ? Outcome.NOT_MODIFIED : Outcome.PROCEED;
        }
        return ifModifiedSince != null && dated && !isYounger(node, ifModifiedSince) && isSettled(node)
                ? Outcome.NOT_MODIFIED
                : Outcome.PROCEED;
    }

    /**
     * Tells whether a {@code Range} counts, by the {@code If-Range} beside it (13.1.5): a strong tag or the exact date of the
     * node, if that is a proof.
     *
     * @param ifRange the value of the header, {@code null} if it was not sent
     */
    public static boolean rangeCounts(@Nullable String ifRange, Node node) {
        if (ifRange == null) {
            return true;
        }
        String value = ifRange.trim();
        if (value.startsWith("\"")) {
            String etag = node.etag();
            return etag != null
                    && value.length() == etag.length() + 2
                    && value.endsWith("\"")
                    && value.startsWith(etag, 1);
        }
        Instant date = HttpDates.parse(value);
        return date != null
                && isDated(node)
                && isSettled(node)
                && date.getEpochSecond() == node.modified().getEpochSecond();
    }

    /**
     * Adds what conditions compare with: {@code ETag} and {@code Last-Modified}. A directory has neither: a child's change of
     * mode would not show in them.
     */
    public static HttpResponse validate(HttpResponse response, Node node) {
        if (!node.isDirectory()) {
            if (node.etag() != null) {
                response.header("ETag", '"' + node.etag() + '"');
            }
            response.header("Last-Modified", HttpDates.format(node.modified()));
        }
        return response;
    }

    private static boolean isDated(Node node) {
        return !node.isDirectory() && !node.modified().equals(Instant.EPOCH);
    }

    private static boolean isYounger(Node node, Instant date) {
        return node.modified().getEpochSecond() > date.getEpochSecond();
    }

    /** Whether a change from now on would show in the date, which is too coarse for two changes at once (8.8.2.2). */
    private static boolean isSettled(Node node) {
        return node.modified().isBefore(Instant.now().minus(UNSETTLED));
    }

    private static @Nullable Instant date(HttpRequest request, String name) {
        String value = request.header(name);
        return value == null || request.headers(name).size() > 1 ? null : HttpDates.parse(value);
    }

    /** Reads a list of entity tags, {@code null} if the lines hold anything else. */
    static @Nullable EtagMatch tags(List<String> lines, boolean weakly) {
        String text = lines.size() == 1 ? lines.get(0) : String.join(",", lines);
        if (text.trim().equals("*")) {
            return EtagMatch.ANY;
        }
        List<String> tags = new ArrayList<>();
        int at = 0;
        boolean separated = true;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ' ' || c == '\t') {
                at++;
            } else if (c == ',') {
                separated = true;
                at++;
            } else {
                int open = text.startsWith("W/", at) ? at + 2 : at;
                int close = open < text.length() && text.charAt(open) == '"' ? text.indexOf('"', open + 1) : -1;
                if (!separated || close < 0 || !isOpaque(text, open + 1, close)) {
                    return null;
                }
                tags.add(open > at && !weakly ? text.substring(at, close + 1) : text.substring(open + 1, close));
                separated = false;
                at = close + 1;
            }
        }
        return tags.isEmpty() ? null : new EtagMatch(false, tags);
    }

    private static boolean isOpaque(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }
}
