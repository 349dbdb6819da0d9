package dev.packhorse.gateway;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.route.Location;
import dev.packhorse.route.Options;
import dev.packhorse.store.replay.ReplayOptions;
import dev.packhorse.store.replay.ReplayStore;
import dev.packhorse.store.replay.ShowsOptions;
import dev.packhorse.store.replay.ShowsStore;
import dev.packhorse.store.sftp.SftpOptions;
import dev.packhorse.store.sftp.SftpStore;
import dev.packhorse.store.vfs.VfsOptions;
import dev.packhorse.store.vfs.VfsStore;
import dev.packhorse.store.vfs.ftp.FtpOptions;
import dev.packhorse.store.vfs.ftp.FtpStore;
import dev.packhorse.wire.replay.SoftwareVersion;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Opens what is on other hosts, or behind Commons VFS. A server that cannot be reached now may be there later: its store opens
 * all the same. One that answers and refuses is for the operator to mend.
 */
final class RemoteStores {

    /** The folder in which stores keep what does not fit into memory. */
    private final Path temp;

    /** What tells this process from others that use the same devices. */
    private final String process;

    RemoteStores(Path temp, String process) {
        this.temp = temp;
        this.process = process;
    }

    @FunctionalInterface
    interface Opening<S extends Store> {
        S open() throws FsException;
    }

    static <S extends Store> S nowOrLater(Opening<S> now, Opening<S> later) throws FsException {
        try {
            return now.open();
        } catch (FsException e) {
            if (e.kind() == Kind.UNAVAILABLE || e.kind() == Kind.TIMEOUT) {
                return later.open();
            }
            throw e;
        }
    }

    /** {@code sftp://user@host:port/path}. */
    static Store sftp(String location, Options options) throws FsException {
        RemoteLocation at = RemoteLocation.parse(location);
        Path home = Path.of(System.getProperty("user.home", ""));
        SftpOptions usual = SftpOptions.of(
                at.user() == null ? System.getProperty("user.name", "") : at.user(), home.resolve(".ssh/known_hosts"));
        SftpOptions.Timeouts timeouts = usual.timeouts();
        SftpOptions sftp = new SftpOptions(
                usual.user(),
                password(at, options),
                file(options, "key"),
                options.optional("passphrase"),
                file(options, "agent"),
                Objects.requireNonNullElse(file(options, "known-hosts"), usual.knownHosts()),
                options.choice("host-keys", usual.hostKeys()),
                options.optional("jump"),
                new SftpOptions.Timeouts(
                        options.duration("connect-timeout", timeouts.connect()),
                        options.duration("auth-timeout", timeouts.auth()),
                        options.duration("timeout", timeouts.operation()),
                        options.duration("idle-timeout", timeouts.idle()),
                        options.duration("keep-alive", timeouts.keepAlive())),
                number(options, "sessions", usual.sessions()),
                options.choice("durable", usual.durable()),
                options.flag("owners", usual.owners()));
        int port = at.port() < 0 ? 22 : at.port();
        return nowOrLater(
                () -> SftpStore.open(at.host(), port, at.path(), sftp),
                () -> SftpStore.openLater(at.host(), port, at.path(), sftp));
    }

    /** {@code vfs:} and any URI of Commons VFS. */
    Store vfs(String location, Options options) throws FsException {
        String uri = location.substring("vfs:".length());
        String scheme = Location.scheme(uri);
        String lower = scheme == null ? "" : scheme.toLowerCase(Locale.ROOT);
        if (lower.equals("ftp") || lower.equals("ftps")) {
            return ftp(uri, lower, options);
        }
        VfsOptions usual = VfsOptions.DEFAULT;
        VfsOptions vfs = new VfsOptions(
                false,
                number(options, "connections", usual.managers()),
                options.duration("idle-timeout", usual.idle()),
                options.duration("connect-timeout", usual.connectTimeout()),
                options.duration("timeout", usual.timeout()),
                options.duration("recheck", usual.recheck()),
                options.size("spool", usual.spoolLimit()),
                number(options, "max-entries", usual.maxEntries()),
                options.size("size", usual.ramLimit()),
                temp,
                file(options, "plugins"),
                providers(options.text("providers", "")));
        return nowOrLater(() -> VfsStore.open(uri, vfs), () -> VfsStore.open(uri, lazy(vfs)));
    }

    private static VfsOptions lazy(VfsOptions options) {
        return new VfsOptions(
                true,
                options.managers(),
                options.idle(),
                options.connectTimeout(),
                options.timeout(),
                options.recheck(),
                options.spoolLimit(),
                options.maxEntries(),
                options.ramLimit(),
                options.temp(),
                options.plugins(),
                options.providers());
    }

    private static Store ftp(String uri, String scheme, Options options) throws FsException {
        RemoteLocation at = RemoteLocation.parse(uri);
        String password = password(at, options);
        // As browsers log in where nobody is named.
        FtpOptions usual =
                FtpOptions.of(at.user() == null ? "anonymous" : at.user(), password == null ? "packhorse@" : password);
        FtpOptions.Tls tls =
                options.choice("tls", scheme.equals("ftps") ? FtpOptions.Tls.EXPLICIT : FtpOptions.Tls.NONE);
        if (scheme.equals("ftps") == (tls == FtpOptions.Tls.NONE)) {
            throw new IllegalArgumentException("option tls = '" + tls.name().toLowerCase(Locale.ROOT)
                    + "' does not go with " + scheme + ":; ftps: is encrypted (explicit or implicit), ftp: is not");
        }
        FtpOptions ftp = new FtpOptions(
                usual.user(),
                usual.password(),
                tls,
                file(options, "certificates"),
                options.flag("clear-data", usual.clearData()),
                options.duration("connect-timeout", usual.connectTimeout()),
                options.duration("timeout", usual.replyTimeout()),
                options.duration("data-timeout", usual.dataTimeout()),
                options.duration("idle-timeout", usual.idleTimeout()),
                number(options, "connections", usual.connections()),
                zone(options, ZoneOffset.UTC),
                charset(options),
                usual.fromHome(),
                options.flag("trust-pasv-address", usual.trustPasvAddress()));
        int port = at.port() > 0 ? at.port() : tls == FtpOptions.Tls.IMPLICIT ? 990 : 21;
        FsPath root = root(at.path());
        return nowOrLater(
                () -> FtpStore.open(at.host(), port, root, ftp), () -> FtpStore.lazily(at.host(), port, root, ftp));
    }

    /** {@code replay://host:port/Export/path}, or {@code replay:discover} with the name of a device as an option. */
    Store replay(String location, Options options) throws FsException {
        String name = options.optional("name");
        boolean search = location.equals("replay:discover");
        if (search == (name == null)) {
            throw new IllegalArgumentException(
                    "a device is replay://host, or replay:discover with its name as an option");
        }
        RemoteLocation at = search ? new RemoteLocation(null, null, "", -1, "/") : RemoteLocation.parse(location);
        if (at.user() != null) {
            throw new IllegalArgumentException("a ReplayTV knows no users: " + at.host() + " is enough");
        }
        int port = at.port() < 0 ? 80 : at.port();
        ReplayOptions usual = ReplayOptions.of(temp);
        ReplayOptions replay = new ReplayOptions(
                version(options),
                options.signedDuration("clock-offset", usual.clockOffset()),
                options.names("invisible", usual.invisible()),
                options.names("writable", usual.writable()),
                options.flag("show-circular", usual.showCircular()),
                number(options, "connections", usual.connections()),
                options.duration("pace", usual.pace()),
                options.duration("stat-cache", usual.statCache()),
                options.duration("connect-timeout", usual.connectTimeout()),
                options.duration("timeout", usual.timeout()),
                options.duration("copy-timeout", usual.copyTimeout()),
                usual.temp(),
                process,
                usual.clock());
        boolean titles = options.flag("titles", false);
        boolean deleteShows = options.flag("delete-shows", false);
        ShowsOptions shown = ShowsOptions.of(options.optional("serial"));
        ShowsOptions shows = new ShowsOptions(
                shown.serial(),
                options.duration("guide", shown.fresh()),
                zone(options, shown.zone()),
                deleteShows,
                shown.poll(),
                shown.patience());
        FsPath root = root(at.path());
        if (deleteShows && !titles) {
            throw new IllegalArgumentException("option delete-shows needs titles = true");
        }
        if (titles && !root.isRoot()) {
            throw new IllegalArgumentException("option titles is for a whole device, not for " + root);
        }
        ReplayStore store = name == null
                ? nowOrLater(
                        () -> ReplayStore.open(at.host(), port, root, replay),
                        () -> ReplayStore.lazily(at.host(), port, root, replay))
                : nowOrLater(
                        () -> ReplayStore.openNamed(name, root, replay),
                        () -> ReplayStore.namedLazily(name, root, replay));
        return titles ? new ShowsStore(store, shows) : store;
    }

    private static @Nullable SoftwareVersion version(Options options) {
        String version = options.optional("software-version");
        try {
            return version == null ? null : SoftwareVersion.parse(version);
        } catch (IllegalArgumentException e) {
            throw Options.bad("software-version", version, "a version such as 4.1");
        }
    }

    private static FsPath root(String path) {
        try {
            return path.isEmpty() ? FsPath.ROOT : FsPath.parse(path);
        } catch (FsException e) {
            throw new IllegalArgumentException("the path '" + path + "' is refused", e);
        }
    }

    /** From the location, the option, or the first line of a file, which keeps it out of the routes. */
    static @Nullable String password(RemoteLocation at, Options options) {
        String given = options.optional("password");
        Path from = file(options, "password-file");
        if (from != null) {
            try {
                given = Files.readString(from).lines().findFirst().orElse("");
            } catch (IOException e) {
                throw new IllegalArgumentException("cannot read the password from " + from, e);
            }
        }
        return given == null ? at.password() : given;
    }

    private static @Nullable Path file(Options options, String name) {
        String path = options.optional(name);
        return path == null ? null : Path.of(path);
    }

    static int number(Options options, String name, int otherwise) {
        long number = options.size(name, otherwise);
        if (number < 1 || number > Integer.MAX_VALUE) {
            throw Options.bad(name, Long.toString(number), "a number from 1 on");
        }
        return (int) number;
    }

    private static ZoneId zone(Options options, ZoneId usual) {
        String zone = options.text("zone", usual.getId());
        try {
            return ZoneId.of(zone);
        } catch (DateTimeException e) {
            throw Options.bad("zone", zone, "a time zone such as Europe/Berlin");
        }
    }

    private static @Nullable Charset charset(Options options) {
        String name = options.optional("charset");
        try {
            return name == null ? null : Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw Options.bad("charset", name, "a charset such as ISO-8859-1");
        }
    }

    /** {@code scheme=class}, separated by commas. */
    private static Map<String, String> providers(String text) {
        Map<String, String> providers = new LinkedHashMap<>();
        for (String each : text.split(",", -1)) {
            int equals = each.indexOf('=');
            if (equals > 0) {
                providers.put(
                        each.substring(0, equals).trim(),
                        each.substring(equals + 1).trim());
            } else if (!each.isBlank()) {
                throw Options.bad("providers", text, "a list of scheme=class");
            }
        }
        return providers;
    }
}
