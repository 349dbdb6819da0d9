package dev.packhorse.gateway;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.route.Location;
import dev.packhorse.route.Options;
import dev.packhorse.store.http.Credential;
import dev.packhorse.store.http.WebOptions;
import dev.packhorse.store.openhands.Dialect;
import dev.packhorse.store.openhands.OpenHandsOptions;
import dev.packhorse.store.openhands.OpenHandsStore;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Opens what other programs serve over HTTP by protocols of their own. */
final class WebStores {

    private static final String OPENHANDS = "openhands+";

    /** The folder in which stores keep what does not fit into memory. */
    private final Path temp;

    WebStores(Path temp) {
        this.temp = temp;
    }

    /** {@code openhands+http://host/base}, and {@code openhands+https:}. */
    Store openhands(String location, Options options) throws FsException {
        RemoteLocation at = RemoteLocation.parse(location);
        OpenHandsOptions usual = OpenHandsOptions.of(temp);
        WebOptions web = usual.web();
        OpenHandsOptions openhands = new OpenHandsOptions(
                dialect(options),
                credential(at, options),
                options.choice("size-probe", usual.sizeProbe()),
                options.duration("size-ttl", usual.sizeTtl()),
                options.flag("markers", usual.markers()),
                options.size("spool", usual.spoolLimit()),
                temp,
                new WebOptions(
                        RemoteStores.number(options, "connections", web.connections()),
                        options.duration("idle-timeout", web.idle()),
                        options.duration("connect-timeout", web.connectTimeout()),
                        options.duration("timeout", web.silence()),
                        web.redirects(),
                        options.flag("tls-verify", web.verifyTls())));
        URI base = base(location.substring(OPENHANDS.length(), location.indexOf(':')), at);
        return RemoteStores.nowOrLater(
                () -> OpenHandsStore.open(base, openhands), () -> OpenHandsStore.lazily(base, openhands));
    }

    private static URI base(String scheme, RemoteLocation at) {
        try {
            return new URI(scheme, null, at.host(), at.port(), at.path(), null, null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(at + " is no place on a web server", e);
        }
    }

    private static @Nullable Dialect dialect(Options options) {
        String dialect = options.text("dialect", "auto");
        List<String> all = new ArrayList<>(List.of("auto"));
        for (Dialect each : Dialect.values()) {
            String name = each.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (name.equals(dialect)) {
                return each;
            }
            all.add(name);
        }
        if (dialect.equals("auto")) {
            return null;
        }
        throw Options.bad("dialect", dialect, "one of " + String.join(", ", all));
    }

    /** The one that is given; a user and a password may stand in the location. */
    private static Credential credential(RemoteLocation at, Options options) {
        String apiKey = options.optional("api-key");
        String sessionKey = options.optional("session-api-key");
        String bearer = options.optional("bearer-token");
        String password = RemoteStores.password(at, options);
        List<Credential> given = new ArrayList<>();
        if (apiKey != null) {
            given.add(Credential.apiKey(apiKey));
        }
        if (sessionKey != null) {
            given.add(Credential.sessionKey(sessionKey));
        }
        if (bearer != null) {
            given.add(Credential.bearer(bearer));
        }
        if (at.user() != null) {
            given.add(Credential.basic(at.user(), password == null ? "" : password));
        }
        if (given.size() > 1) {
            throw new IllegalArgumentException(
                    Location.masked(at.toString()) + ": only one of api-key, session-api-key, bearer-token and a user");
        }
        return given.isEmpty() ? Credential.NONE : given.get(0);
    }
}
