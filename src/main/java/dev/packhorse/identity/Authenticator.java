package dev.packhorse.identity;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.WireText;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who stands behind a request.
 *
 * <p>Credentials are Basic, Bearer with an API key or a token, {@code X-API-Key}, {@code X-Session-API-Key}, and the certificate of the
 * connection. Who shows none is anonymous; who shows one that is wrong is refused, also where anonymous access would do. Who shows
 * several must be the same by all of them: then a limit that one of them has holds, and two different limits are refused.
 *
 * <p>Wrong credentials count for the {@link LoginGuard}; what has expired does not, since whoever shows it does not guess. While an
 * address is barred no credential of it is looked at. Requests that show none, and certificates, are not its matter.
 */
public final class Authenticator {

    private static final String TOKEN = "token";
    private static final Duration SOON = Duration.ofSeconds(1);

    private final Identities identities;
    private final @Nullable Issuer issuer;
    private final LoginGuard guard;
    private final Passwords passwords;
    private final InstantSource clock;

    /** @param issuer whose tokens are taken; {@code null} for none */
    public Authenticator(Identities identities, @Nullable Issuer issuer, LoginGuard guard, InstantSource clock) {
        this(identities, issuer, guard, new Passwords(HashWork.ofThisMachine(), clock), clock);
    }

    Authenticator(
            Identities identities,
            @Nullable Issuer issuer,
            LoginGuard guard,
            Passwords passwords,
            InstantSource clock) {
        this.identities = identities;
        this.issuer = issuer;
        this.guard = guard;
        this.passwords = passwords;
        this.clock = clock;
    }

    /**
     * Looks at the credentials of a request. May compute a password's hash, and wait until it may: not for an event loop.
     *
     * @param request of which headers are read
     * @param token that the query showed ({@link #token}), where the export takes it; else {@code null}
     * @param certificate the common name of a verified TLS client certificate; {@code null} without one
     * @param address of the client itself, also behind a trusted proxy
     */
    public Authentication authenticate(
            HttpRequest request, @Nullable String token, @Nullable String certificate, InetAddress address) {
        Snapshot known = identities.current();
        Caller caller = certificate != null && known.isUser(certificate)
                ? known.caller(certificate, address, null)
                : Caller.anonymous(address);
        Set<Shown> shown = Shown.of(request, token);
        if (shown.isEmpty()) {
            return new Authentication.Accepted(caller);
        }
        Duration barred = guard.verdict(address).barredFor();
        if (!barred.isZero()) {
            return later(barred);
        }
        for (Shown each : shown) {
            Finding finding = check(each, known, address);
            Caller found = finding.caller();
            if (found == null) {
                return refusal(finding.kind(), address);
            }
            Caller both = caller.isAnonymous() ? found : join(caller, found);
            if (both == null) {
                return new Authentication.Refused(Duration.ZERO);
            }
            caller = both;
        }
        return new Authentication.Accepted(caller);
    }

    private Authentication refusal(Finding.Kind kind, InetAddress address) {
        return switch (kind) {
            case NOT_NOW -> {
                Duration barred = guard.verdict(address).barredFor();
                yield later(barred.isZero() ? SOON : barred);
            }
            case WRONG -> new Authentication.Refused(guard.failed(address).delay());
            case UNFIT, RIGHT -> new Authentication.Refused(Duration.ZERO);
        };
    }

    private static Authentication later(Duration wait) {
        return new Authentication.Later(wait.compareTo(SOON) < 0 ? SOON : wait);
    }

    /** Who two credentials name together; {@code null} if they do not agree. */
    private static @Nullable Caller join(Caller one, Caller other) {
        if (!one.label().equals(other.label())) {
            return null;
        }
        Caller.Scope limit = one.scope();
        if (limit == null || limit.equals(other.scope())) {
            return other;
        }
        return other.scope() == null ? one : null;
    }

    private Finding check(Shown shown, Snapshot known, InetAddress address) {
        if (shown instanceof Shown.Basic basic) {
            return password(basic, known, address);
        }
        if (shown instanceof Shown.Key key) {
            return key(key.text(), known, address);
        }
        return shown instanceof Shown.Jwt token && issuer != null
                ? issuer.check(token.text(), known, address)
                : Finding.WRONG;
    }

    private Finding password(Shown.Basic basic, Snapshot known, InetAddress address) {
        String name = basic.user();
        Passwords.Result result = passwords.check(
                known.user(name),
                known.decoy(),
                basic.passwords(),
                Addresses.key(address),
                () -> guard.verdict(address).barredFor().isZero());
        return switch (result) {
            case RIGHT -> Finding.right(known.caller(name, address, null));
            case WRONG -> Finding.WRONG;
            case NOT_NOW -> Finding.NOT_NOW;
        };
    }

    private Finding key(String text, Snapshot known, InetAddress address) {
        ApiKey key = ApiKey.find(known.keys(), text);
        if (key == null) {
            return Finding.WRONG;
        }
        return key.expired(clock.instant()) || !known.isUser(key.owner())
                ? Finding.UNFIT
                : Finding.right(known.caller(key.owner(), address, key.scope()));
    }

    /**
     * The parameter {@code token} of a query, percent-decoded once; {@code null} if there is none. One that cannot be read, or
     * stands there twice, is empty, which no credential is.
     */
    public static @Nullable String token(@Nullable String query) {
        if (query == null) {
            return null;
        }
        String found = null;
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            if (TOKEN.equals(WireText.decodePercent(name))) {
                String value = WireText.decodePercent(equals < 0 ? "" : parameter.substring(equals + 1));
                found = found != null || value == null ? "" : value;
            }
        }
        return found;
    }
}
