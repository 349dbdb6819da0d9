package dev.packhorse.gateway;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.route.Location;
import dev.packhorse.route.Options;
import dev.packhorse.store.http.Credential;
import dev.packhorse.store.http.WebOptions;
import dev.packhorse.store.httpfs.HttpfsOptions;
import dev.packhorse.store.httpfs.HttpfsStore;
import dev.packhorse.store.jsonfs.JsonfsOptions;
import dev.packhorse.store.jsonfs.JsonfsStore;
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

    /** The folder in which stores keep what does not fit into memory. */
    private final Path temp;

    WebStores(Path temp) {
        this.temp = temp;
    }

    /** {@code openhands+http://host/base}, and {@code openhands+https:}. */
    Store openhands(String location, Options options) throws FsException {
        RemoteLocation at = RemoteLocation.parse(location);
        OpenHandsOptions usual = OpenHandsOptions.of(temp);
        OpenHandsOptions openhands = new OpenHandsOptions(
                dialect(options, Dialect.values()),
                credential(at, options),
                options.choice("size-probe", usual.sizeProbe()),
                options.duration("size-ttl", usual.sizeTtl()),
                options.flag("markers", usual.markers()),
                options.size("spool", usual.spoolLimit()),
                temp,
                web(options, usual.web()));
        URI base = base(location, at);
        return RemoteStores.nowOrLater(
                () -> OpenHandsStore.open(base, openhands), () -> OpenHandsStore.lazily(base, openhands));
    }

    /** {@code jsonfs+http://host/base}, and {@code jsonfs+https:}; a user and a password may stand in the location. */
    Store jsonfs(String location, Options options) throws FsException {
        RemoteLocation at = RemoteLocation.parse(location);
        JsonfsOptions usual = JsonfsOptions.of(temp);
        JsonfsOptions jsonfs = new JsonfsOptions(
                at.user(),
                RemoteStores.password(at, options),
                options.size("spool", usual.spoolLimit()),
                temp,
                web(options, usual.web()));
        URI base = base(location, at);
        return RemoteStores.nowOrLater(() -> JsonfsStore.open(base, jsonfs), () -> JsonfsStore.lazily(base, jsonfs));
    }

    /** {@code httpfs+http://host/base}, and {@code httpfs+https:}. */
    static Store httpfs(String location, Options options) throws FsException {
        RemoteLocation at = RemoteLocation.parse(location);
        HttpfsOptions usual = HttpfsOptions.DEFAULT;
        HttpfsOptions httpfs = new HttpfsOptions(
                dialect(options, dev.packhorse.store.httpfs.Dialect.values()),
                credential(at, options),
                options.flag("change-timestamps", usual.changeTimestamps()),
                web(options, usual.web()));
        URI base = base(location, at);
        return RemoteStores.nowOrLater(() -> HttpfsStore.open(base, httpfs), () -> HttpfsStore.lazily(base, httpfs));
    }

    private static WebOptions web(Options options, WebOptions usual) {
        return new WebOptions(
                RemoteStores.number(options, "connections", usual.connections()),
                options.duration("idle-timeout", usual.idle()),
                options.duration("connect-timeout", usual.connectTimeout()),
                options.duration("timeout", usual.silence()),
                usual.redirects(),
                options.flag("tls-verify", usual.verifyTls()));
    }

    /** The place on a web server that a location names behind the protocol and a plus. */
    private static URI base(String location, RemoteLocation at) {
        String scheme = location.substring(location.indexOf('+') + 1, location.indexOf(':'));
        try {
            return new URI(scheme, null, at.host(), at.port(), at.path(), null, null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(at + " is no place on a web server", e);
        }
    }

    /** One of the dialects of a protocol; {@code null} to find out. */
    private static <E extends Enum<E>> @Nullable E dialect(Options options, E[] dialects) {
        String dialect = options.text("dialect", "auto");
        List<String> all = new ArrayList<>(List.of("auto"));
        for (E each : dialects) {
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
