package dev.packhorse.change.webhook;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where changes go, and how (INTEROP section 4). Secrets are not in {@link #toString}.
 *
 * @param url the receiver, {@code http} or {@code https}, without query
 * @param batch whether many changes go in one request
 * @param joining how a path is put behind the URL in plain requests
 * @param retry what becomes of a change that the receiver has not taken
 * @param timeouts how long to wait
 * @param tries how often one request is sent, one after the other
 * @param batchSize bytes of contents in one request; a larger file goes alone
 * @param parallel how many plain requests at a time, for paths that do not overlap
 * @param headers sent with each request
 * @param secret signs each request, {@code null} for none
 */
public record WebhookOptions(
        URI url,
        boolean batch,
        PathJoining joining,
        Retry retry,
        Timeouts timeouts,
        int tries,
        long batchSize,
        int parallel,
        Map<String, String> headers,
        @Nullable String secret) {

    /** How a path is put behind the URL. */
    public enum PathJoining {
        /** As OpenHands does: nothing in between. */
        BARE,
        /** With exactly one slash. */
        SLASH
    }

    /** What becomes of a change that was not taken after all tries. */
    public enum Retry {
        /** It is dropped, as OpenHands does; counted and logged. */
        OPENHANDS,
        /** It fails, and who has sent it tries again later. */
        DURABLE
    }

    /**
     * How long to wait.
     *
     * @param connect for a connection
     * @param request for the whole answer to a request
     * @param betweenTries before the same request is sent again
     * @param quiet since the last change, before a batch is sent
     * @param maxDelay since the first change of a batch, before it is sent
     */
    public record Timeouts(
            Duration connect, Duration request, Duration betweenTries, Duration quiet, Duration maxDelay) {

        /** 10 s, 30 s, 1 s, 5 s and 30 s. */
        public static final Timeouts DEFAULT = new Timeouts(
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30));

        public Timeouts {
            for (Duration each : new Duration[] {connect, request, betweenTries, quiet, maxDelay}) {
                if (each.isNegative() || each.isZero()) {
                    throw new IllegalArgumentException("a timeout must be positive");
                }
            }
        }
    }

    /** The limit of OpenHands. */
    public static final long DEFAULT_BATCH_SIZE = 1_048_576;

    /** What the client of the platform sets by itself, or refuses to have set. */
    private static final Set<String> RESERVED =
            Set.of("connection", "content-length", "expect", "host", "transfer-encoding", "upgrade");

    public WebhookOptions {
        headers = Map.copyOf(headers);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (!header.getKey().matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")
                    || RESERVED.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("'" + header.getKey() + "' cannot be set as a header");
            }
            if (!header.getValue().chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f && c <= 0xff))) {
                throw new IllegalArgumentException(
                        "header " + header.getKey() + " has a value that no header can have");
            }
        }
        if (tries < 1 || batchSize < 1 || parallel < 1 || parallel > 64) {
            throw new IllegalArgumentException("tries and batch size must be positive, parallel 1 to 64");
        }
    }

    /** Plain, joined with a slash, durable, 3 tries, 8 at a time. */
    public static WebhookOptions of(URI url) {
        return new WebhookOptions(
                url,
                false,
                PathJoining.SLASH,
                Retry.DURABLE,
                Timeouts.DEFAULT,
                3,
                DEFAULT_BATCH_SIZE,
                8,
                Map.of(),
                null);
    }

    /**
     * The URL of a receiver.
     *
     * @throws IllegalArgumentException if there is none, with one line that says why and shows no password
     */
    public static URI url(String text) {
        try {
            URI url = new URI(text);
            String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
            if (!(scheme.equals("http") || scheme.equals("https")) || url.getHost() == null) {
                throw new IllegalArgumentException("a webhook needs a URL such as https://host/path");
            }
            if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
                throw new IllegalArgumentException(
                        "the URL of a webhook has no user, query or fragment; credentials go into a header");
            }
            return url;
        } catch (URISyntaxException e) {
            // Its message would show the whole text.
            throw new IllegalArgumentException("a webhook needs a URL such as https://host/path, without blanks");
        }
    }

    @Override
    public String toString() {
        return "webhook " + url + (batch ? " in batches" : "");
    }
}
