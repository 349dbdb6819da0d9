package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jose4j.jwk.JsonWebKey;
import org.jspecify.annotations.Nullable;

/**
 * Keys of an issuer behind a URL.
 *
 * <p>They are fetched again after ten minutes, and for a key that is not among them, but no more than once in half a minute, whatever
 * tokens come. One request fetches; others go on with the keys that are there, or wait if theirs is missing. Where fetching fails the
 * old keys are good for an hour. No redirect is followed.
 */
final class FetchedKeys implements IssuerKeys {

    private static final Logger LOG = Logger.getLogger(FetchedKeys.class);

    private static final Duration FRESH = Duration.ofMinutes(10);
    private static final Duration USABLE = Duration.ofHours(1);
    private static final Duration PAUSE = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    private record Fetched(List<JsonWebKey> keys, Instant at) {}

    private final URI place;
    private final InstantSource clock;
    private final Duration patience;
    private final HttpClient client;
    private final ReentrantLock fetching = new ReentrantLock();
    private volatile Fetched fetched = new Fetched(List.of(), Instant.MIN);
    private volatile Instant nextFetch = Instant.MIN;
    private boolean failing;

    /** @throws IllegalArgumentException for a URL through which somebody else could give keys */
    FetchedKeys(String url, InstantSource clock) {
        this(url, clock, PATIENCE);
    }

    /**
     * As above.
     *
     * @param patience how long an answer may take, and how long others wait for it
     */
    FetchedKeys(String url, InstantSource clock, Duration patience) {
        this.place = place(url);
        this.clock = clock;
        this.patience = patience;
        this.client = HttpClient.newBuilder()
                .connectTimeout(patience)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    private static URI place(String url) {
        try {
            URI place = new URI(url);
            String host = place.getHost();
            if (host == null || place.getUserInfo() != null) {
                throw new IllegalArgumentException("jwks is no URL with a host and without a user");
            }
            boolean secure = "https".equals(place.getScheme().toLowerCase(Locale.ROOT));
            if (!secure && !THIS_MACHINE.contains(host)) {
                throw new IllegalArgumentException(
                        "jwks over http: is for this machine only, others are asked over https:");
            }
            return place;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("jwks is no URL: " + e.getReason(), e);
        }
    }

    /** Fetches beside the start: an issuer that is not there now may be there later, and shall not hold it up. */
    @Override
    public void load() {
        Thread thread = new Thread(() -> keys(null), "issuer-keys");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public List<JsonWebKey> keys(@Nullable String kid) {
        Fetched now = fetched;
        boolean missing = usable(now).isEmpty() || !IssuerKeys.has(now.keys(), kid);
        if (missing || !clock.instant().isBefore(now.at().plus(FRESH))) {
            fetchInTurn(missing);
        }
        return usable(fetched);
    }

    private List<JsonWebKey> usable(Fetched some) {
        return !some.keys().isEmpty() && clock.instant().isBefore(some.at().plus(USABLE)) ? some.keys() : List.of();
    }

    private void fetchInTurn(boolean wait) {
        if (clock.instant().isBefore(nextFetch) && !(wait && fetching.isLocked())) {
            return;
        }
        try {
            if (wait ? fetching.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS) : fetching.tryLock()) {
                try {
                    if (!clock.instant().isBefore(nextFetch)) {
                        nextFetch = clock.instant().plus(PAUSE);
                        fetch();
                    }
                } finally {
                    fetching.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fetch() throws InterruptedException {
        try {
            fetched = new Fetched(IssuerKeys.parse(body()), clock.instant());
            if (failing) {
                failing = false;
                LOG.infof("the issuer's keys are fetched from %s again", place);
            }
        } catch (IOException e) {
            if (!failing) {
                failing = true;
                LOG.warnf("the issuer's keys cannot be fetched from %s: %s", place, e.getMessage());
            }
        }
    }

    private String body() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(place)
                .timeout(patience)
                .header("Accept", "application/jwk-set+json, application/json")
                .build();
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(request, head -> new LimitedBody(MAX_BYTES));
        try {
            HttpResponse<byte[]> response = answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() != 200) {
                throw new IOException("its status is " + response.statusCode());
            }
            return new String(response.body(), UTF_8);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new IOException(
                    cause == null || cause.getMessage() == null ? "no connection" : cause.getMessage(), e);
        } catch (TimeoutException e) {
            throw new IOException("it takes longer than " + patience.toSeconds() + " s", e);
        } finally {
            answer.cancel(true);
        }
    }
}
