package dev.packhorse.gateway;

import dev.packhorse.identity.Authenticator;
import dev.packhorse.identity.Identities;
import dev.packhorse.identity.IdentityFiles;
import dev.packhorse.identity.Issuer;
import dev.packhorse.identity.LoginGuard;
import dev.packhorse.identity.OidcOptions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Who is known and how that is shown, by the configuration.
 *
 * @param identities users, groups and keys
 * @param authenticator asks all of them, and counts failures
 * @param guard what it counts
 * @param issuer of tokens; {@code null} for none
 * @param callers tells who asks; if nothing is named by which somebody could be known, credentials are not looked at
 * @param mistake what in the configuration stops the start; {@code null} for nothing
 */
record IdentityWiring(
        Identities identities,
        Authenticator authenticator,
        LoginGuard guard,
        @Nullable Issuer issuer,
        Callers callers,
        @Nullable String mistake)
        implements Closeable {

    /** Reads nothing yet: what is wrong is said by {@link #load}. */
    static IdentityWiring of(PackhorseConfig config, DataSource database, InstantSource clock) {
        PackhorseConfig.Identity named = config.identity();
        IdentityFiles files =
                new IdentityFiles(path(named.users()), path(named.groups()), path(named.keys()), path(named.sshKeys()));
        Identities identities = new Identities(files, clock);
        LoginGuard.Limits limits = LoginGuard.Limits.USUAL;
        Issuer issuer = null;
        String mistake = null;
        try {
            issuer = issuer(named.oidc(), clock);
        } catch (IllegalArgumentException e) {
            mistake = "packhorse.identity.oidc: " + e.getMessage();
        }
        PackhorseConfig.Login login = config.login();
        try {
            limits = new LoginGuard.Limits(login.free(), login.window(), login.barAfter(), login.bar());
        } catch (IllegalArgumentException e) {
            mistake = "packhorse.login: " + e.getMessage();
        }
        LoginGuard guard = new LoginGuard(database, limits, clock);
        Authenticator authenticator = new Authenticator(identities, issuer, guard, clock);
        Callers callers = files.equals(new IdentityFiles(null, null, null, null)) && issuer == null
                ? Callers.ANONYMOUS
                : new KnownCallers(identities, authenticator);
        return new IdentityWiring(identities, authenticator, guard, issuer, callers, mistake);
    }

    private static @Nullable Issuer issuer(PackhorseConfig.Identity.Oidc oidc, InstantSource clock) {
        if (Stream.of(oidc.issuer(), oidc.audience(), oidc.jwks()).allMatch(Optional::isEmpty)) {
            return null;
        }
        return new Issuer(
                new OidcOptions(
                        oidc.issuer().orElse(""),
                        oidc.audience().orElse(""),
                        oidc.jwks().orElse(""),
                        oidc.clockSkew(),
                        oidc.groupsClaim(),
                        oidc.nameClaim().orElse(null)),
                clock);
    }

    private static @Nullable Path path(Optional<String> file) {
        return file.map(Path::of).orElse(null);
    }

    /** Reads users, groups and keys, and sees that they are read again when they change. */
    void load() throws StartException {
        if (mistake != null) {
            throw new StartException(mistake);
        }
        try {
            identities.load();
            if (issuer != null) {
                issuer.load();
            }
        } catch (IOException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        identities.close();
    }
}
