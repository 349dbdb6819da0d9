package dev.packhorse.gateway;

import dev.packhorse.front.http.Challenge;
import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpFront;
import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.identity.Authentication;
import dev.packhorse.identity.Authentication.Accepted;
import dev.packhorse.identity.Authentication.Later;
import dev.packhorse.identity.Authentication.Refused;
import dev.packhorse.identity.Caller;
import dev.packhorse.identity.LoginGuard;
import dev.packhorse.policy.access.AccessStore;
import dev.packhorse.server.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Where requests come into exports: finds out who asks, and hands the front the export as that caller has it. Who was refused something
 * and has shown no credential is told that one might help.
 */
final class Entrance {

    /**
     * How many answers to wrong credentials are held back at a time: each holds a thread, of which there may be 128. Others are told to
     * come later.
     */
    private static final int HELD = 32;

    private static final byte[] UNAUTHORIZED = "Unauthorized\n".getBytes(StandardCharsets.US_ASCII);

    private final Callers callers;
    private final LoginGuard guard;
    private final AuditWiring audit;
    private final Semaphore held = new Semaphore(HELD);

    /**
     * An entrance.
     *
     * @param guard counts wrong guesses at the credentials of exports; those at others are counted by {@code callers}
     */
    Entrance(Callers callers, LoginGuard guard, AuditWiring audit) {
        this.callers = callers;
        this.guard = guard;
        this.audit = audit;
    }

    Callers callers() {
        return callers;
    }

    /** Answers a request to an export. */
    HttpResponse handle(HttpExchange exchange, Exports.Mount mount, RequestTarget target) {
        HttpRequest request = exchange.request();
        HttpFronts.Front front = mount.front();
        Authentication found = authentication(exchange, mount, target);
        if (!(found instanceof Accepted accepted)) {
            return limited(request, front, refused(exchange, found));
        }
        HttpResponse tooMuch = exchange.admit(accepted.caller());
        if (tooMuch != null) {
            return limited(request, front, tooMuch);
        }
        Store store = mount.policies().view(mount.protocol(), accepted.caller());
        Store seen = audit.around(
                store, accepted.caller(), mount.protocol(), mount.export().path(), exchange.number());
        HttpResponse response = front.front().handle(request, target, seen);
        boolean mightHelp = accepted.caller().isAnonymous()
                && callers.areKnown()
                && response.counted() == 403
                && store instanceof AccessStore view
                && view.denied();
        return mightHelp ? challenged(response, front.strict()) : response;
    }

    /** An answer that is not the front's, as its clients can take it. */
    static HttpResponse limited(HttpRequest request, HttpFronts.Front front, HttpResponse response) {
        return front.strict()
                ? HttpResponse.text(404, "Not Found").countedAs(response.status())
                : front.cors().applyTo(request, response);
    }

    /** Answers a request to what lies above the exports, as a caller sees it. */
    HttpResponse handle(HttpExchange exchange, HttpFront front, RequestTarget target, Function<Caller, Store> store) {
        Authentication found = callers.of(exchange, null);
        if (!(found instanceof Accepted accepted)) {
            return refused(exchange, found);
        }
        HttpResponse tooMuch = exchange.admit(accepted.caller());
        if (tooMuch != null) {
            return tooMuch;
        }
        Store seen = audit.around(
                store.apply(accepted.caller()), accepted.caller(), HttpFronts.HTTPFS, FsPath.ROOT, exchange.number());
        return front.handle(exchange.request(), target, seen);
    }

    private Authentication authentication(HttpExchange exchange, Exports.Mount mount, RequestTarget target) {
        HttpRequest request = exchange.request();
        if (HttpFronts.isForEverybody(mount.protocol(), request, target)) {
            return new Accepted(Caller.anonymous(exchange.address()));
        }
        boolean isShown = mount.front().credentials().isShown(request);
        if (isShown) {
            Duration barred = guard.verdict(exchange.address()).barredFor();
            if (!barred.isZero()) {
                return new Later(barred);
            }
            if (mount.front().credentials().admits(request)) {
                return new Accepted(mount.policies().fileStoreClient(exchange.address()));
            }
        }
        Authentication found = callers.of(exchange, mount.policies().takesTokens() ? target.query() : null);
        // Where users are known, what is wrong has been counted with them.
        boolean isNobodys = isShown
                && found instanceof Accepted accepted
                && accepted.caller().isAnonymous();
        return isNobodys ? new Refused(guard.failed(exchange.address()).delay()) : found;
    }

    private HttpResponse refused(HttpExchange exchange, Authentication found) {
        audit.refusedLogin(exchange);
        if (found instanceof Refused refused) {
            return hold(refused.delay()) ? Challenge.unauthorized() : later(refused.delay());
        }
        return later(found instanceof Later later ? later.retryAfter() : Duration.ZERO);
    }

    private static HttpResponse later(Duration wait) {
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        return HttpResponse.text(429, "Too Many Logins").header("Retry-After", Long.toString(seconds));
    }

    /** Waits; returns whether the answer is as late as it should be. */
    private boolean hold(Duration delay) {
        if (delay.isZero()) {
            return true;
        }
        if (!held.tryAcquire()) {
            return false;
        }
        try {
            Thread.sleep(delay.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            held.release();
        }
    }

    private static HttpResponse challenged(HttpResponse response, boolean strict) {
        if (strict) {
            return response.countedAs(401);
        }
        HttpResponse challenged = Challenge.with(response.withStatus(401));
        // A line of the answer to an archive tells what was done before; only the usual one says "Forbidden" alone.
        return challenged.holdsResource() ? challenged : challenged.body(HttpBody.of(UNAUTHORIZED));
    }
}
