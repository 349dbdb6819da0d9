package dev.packhorse.gateway;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the README says about a kind of store.
 *
 * @param name how the table of capabilities calls it
 * @param location how a test opens one, {@code FOLDER} being a folder; nobody listens at port 1
 * @param where the location that the table shows, with what it is
 * @param options what each is for, and the default; the names are checked against the code
 * @param depends what is said of capabilities that the server decides
 * @param given options with which a test opens it
 */
record ReadmeStores(
        String name,
        String location,
        String where,
        SortedMap<String, String> options,
        Map<Capability, String> depends,
        Map<String, Object> given) {

    private ReadmeStores(
            String name,
            String location,
            String where,
            SortedMap<String, String> options,
            Map<Capability, String> depends) {
        this(name, location, where, options, depends, Map.of());
    }

    private static final String CONNECT = "how long a connection may take to be made; `10s`";
    private static final String FAR = "as a Packhorse tells";
    private static final String PASSWORD = "instead of one in the location";
    private static final String PASSWORD_FILE = "a file whose first line is the password";

    static final List<ReadmeStores> ALL = List.of(
            new ReadmeStores(
                    "file",
                    "file:FOLDER",
                    "`file:///srv/files`, `file:data/files`: a folder of this host",
                    options(
                            "create", "`true` makes the folder if it is missing; `false`",
                            "durable",
                                    "what is on the disk when a change is answered: `none`, `file` or `full`; `file`"),
                    Map.of(Capability.OWNER, "as root")),
            new ReadmeStores(
                    "memory",
                    "memory:x",
                    "`memory:name`: a tree in memory, gone when Packhorse stops",
                    options("size", "most bytes that it holds, names and metadata included; `64m`"),
                    Map.of()),
            new ReadmeStores(
                    "sftp",
                    "sftp://joe@127.0.0.1:1/srv",
                    "`sftp://joe@host:22/srv/files`, `sftp://joe@host/~/files`: a folder of an SFTP server",
                    options(
                            "agent", "socket of an SSH agent, what `SSH_AUTH_SOCK` says; none",
                            "auth-timeout", "how long the authentication may take; `20s`",
                            "connect-timeout", CONNECT,
                            "durable",
                                    "`file` forces contents to the server's disk where it offers that, or `none`; `file`",
                            "host-keys",
                                    "a host that `known-hosts` does not name is refused (`strict`) or added (`accept-new`); `strict`",
                            "idle-timeout", "when a session that nobody uses is closed; `5m`",
                            "jump", "a host to go through, `user@host:port`; none",
                            "keep-alive", "time between signs of life; `15s`",
                            "key", "a private key file; none",
                            "known-hosts", "the keys of servers; `~/.ssh/known_hosts`",
                            "owners", "whether the user may change owners; `true` for `root`",
                            "passphrase", "of the key file; none",
                            "password", PASSWORD,
                            "password-file", PASSWORD_FILE,
                            "sessions", "SSH sessions at a time; `4`",
                            "timeout", "how long the server may take for an answer; `30s`"),
                    Map.of(Capability.OWNER, "see `owners`", Capability.SPACE, "if offered")),
            new ReadmeStores(
                    "httpfs",
                    "httpfs+http://127.0.0.1:1/base",
                    "`httpfs+https://host/fs/export`, `httpfs+http://host/base`: another Packhorse, wanix, apptron, star9",
                    options(
                            "api-key", "is shown as `X-API-Key`; none",
                            "bearer-token", "is shown as Bearer; none",
                            "change-timestamps",
                                    "`true` leaves the order of changes to a server that is no Packhorse; `false`",
                            "connect-timeout", CONNECT,
                            "connections", "connections at a time, at least 2; `64`",
                            "dialect", "`packhorse`, `plain`, or `auto` to ask; `auto`",
                            "idle-timeout", "when a connection that nobody uses is closed; `1m`",
                            "password", PASSWORD,
                            "password-file", PASSWORD_FILE,
                            "session-api-key", "is shown as `X-Session-API-Key`; none",
                            "timeout", "how long the server may stay silent; `30s`",
                            "tls-verify", "`false` takes any certificate; `true`"),
                    Map.of(
                            Capability.OWNER, FAR,
                            Capability.MEDIA_TYPE, FAR,
                            Capability.ETAGS, FAR,
                            Capability.CHANGE_TIMESTAMPS, "a Packhorse's own, else in the state database")),
            new ReadmeStores(
                    "openhands",
                    "openhands+http://127.0.0.1:1/base",
                    "`openhands+https://host/base`, `openhands+http://host/base`: a FileStore of OpenHands",
                    options(
                            "api-key", "is shown as `X-API-Key`; none",
                            "bearer-token", "is shown as Bearer; none",
                            "connect-timeout", CONNECT,
                            "connections", "connections at a time, at least 2; `8`",
                            "dialect", "`files-list`, `files-options`, `bare-options`, or `auto` to find out; `auto`",
                            "idle-timeout", "when a connection that nobody uses is closed; `1m`",
                            "markers", "`false` leaves out the hidden file that keeps a new directory; `true`",
                            "password", PASSWORD,
                            "password-file", PASSWORD_FILE,
                            "session-api-key", "is shown as `X-Session-API-Key`; none",
                            "size-probe",
                                    "how sizes are found out: `head` where the server answers that, `read`, or `never`; `head`",
                            "size-ttl", "for how long a size is believed; `10s`",
                            "spool", "most bytes of a file that has to be taken down before it is handed on; `4g`",
                            "timeout", "how long the server may stay silent; `30s`",
                            "tls-verify", "`false` takes any certificate; `true`"),
                    Map.of()),
            new ReadmeStores(
                    "jsonfs",
                    "jsonfs+http://127.0.0.1:1/base",
                    "`jsonfs+https://host/base`, `jsonfs+http://host/base`: a server of progrium's httpfs, for reading",
                    options(
                            "connect-timeout", CONNECT,
                            "connections", "connections at a time; `8`",
                            "idle-timeout", "when a connection that nobody uses is closed; `1m`",
                            "password", PASSWORD,
                            "password-file", PASSWORD_FILE,
                            "spool", "most bytes of a file that has to be taken down before it is handed on; `4g`",
                            "timeout", "how long the server may stay silent; `30s`",
                            "tls-verify", "`false` takes any certificate; `true`"),
                    Map.of()),
            new ReadmeStores(
                    "s3",
                    "s3://bucket/prefix",
                    "`s3://bucket/prefix`: a bucket of S3 or what speaks it; without a bucket `AWS_S3_BUCKET` names it",
                    options(
                            "access-key", "with `secret-key`; else `AWS_ACCESS_KEY_ID`, else what the AWS SDK finds",
                            "checksums", "`true` adds the SDK's own checksums, which many services refuse; `false`",
                            "conditional-writes", "`false` for a service that ignores conditions on writes; `true`",
                            "connect-timeout", CONNECT,
                            "connections", "connections at a time; `128`",
                            "endpoint", "`http://host:port` of another service than Amazon's; `AWS_S3_ENDPOINT`",
                            "list-metadata",
                                    "`true` asks for modes, owners and times of each entry of a listing, one request each; `false`",
                            "path-style", "whether the bucket stands in the path; `true` with an endpoint",
                            "region",
                                    "for which requests are signed; `AWS_REGION`, `AWS_DEFAULT_REGION`, else `us-east-1`, from where Amazon leads to the bucket's",
                            "retries", "how often the SDK repeats what may pass; `3`",
                            "secret-key", "of `access-key`",
                            "session-token", "of a temporary key; `AWS_SESSION_TOKEN` with the key of the environment",
                            "timeout", "how long the service may stay silent; `30s`"),
                    Map.of(Capability.ETAGS, "see `conditional-writes`"),
                    Map.of("endpoint", "http://127.0.0.1:1", "access-key", "x", "secret-key", "y", "retries", "0")),
            new ReadmeStores(
                    "gs",
                    "gs://bucket/prefix",
                    "`gs://bucket/prefix`: a bucket of Google Cloud Storage; without a bucket `GOOGLE_CLOUD_BUCKET_NAME` names it",
                    options(
                            "anonymous", "`true` shows no credentials; `false`",
                            "connect-timeout", CONNECT,
                            "credentials",
                                    "file with the key of a service account; `GOOGLE_APPLICATION_CREDENTIALS`, else Google's own chain",
                            "endpoint", "`http://host:port` of another service than Google's; none",
                            "retries", "how often the client repeats what may pass; `3`",
                            "timeout", "how long the service may stay silent; `30s`"),
                    Map.of(),
                    Map.of("endpoint", "http://127.0.0.1:1", "anonymous", "true", "retries", "0")),
            new ReadmeStores(
                    "replay",
                    "replay://127.0.0.1:1/",
                    "`replay://192.168.1.20`, `replay://host:80/Photo/album`, `replay:discover`: a ReplayTV 4000, or a folder of one",
                    options(
                            "clock-offset", "how far the clock of the device is ahead of ours, `-90s`; `0s`",
                            "connect-timeout", CONNECT,
                            "connections", "connections to one device at a time, by all routes; `2`",
                            "copy-timeout", "how long the device may take to copy a file; `10m`",
                            "delete-shows", "`true` lets what is removed in `/Shows` be deleted on the device; `false`",
                            "guide", "for how long the guide is believed; `5m`",
                            "name", "with `replay:discover` as the location: what the device is called; none",
                            "invisible",
                                    "exports that are shown though the device does not list them; `Video,SnapshotDir`",
                            "pace", "a pause behind each 32 KiB of content; `0ms`",
                            "serial",
                                    "serial number that the guide is asked with; what the device says of itself, else one that old clients use",
                            "show-circular", "`true` shows the ring buffer of live television; `false`",
                            "software-version",
                                    "of the device: before 4.3 nothing is encrypted; what it says of itself, else `4.3`",
                            "stat-cache", "for how long what the device says of a file is believed; `30s`",
                            "timeout", "how long the device may take for an answer; `30s`",
                            "titles", "`true` adds `/Shows` with the recordings under their titles; `false`",
                            "writable", "exports that may be changed; `Photo,SnapshotDir`",
                            "zone", "in which the dates in `/Shows` are; that of this host"),
                    Map.of(Capability.WRITE, "see `writable`")),
            new ReadmeStores(
                    "vfs",
                    "vfs:ram:/",
                    "`vfs:` and a URI of Commons VFS: `vfs:zip:file:///srv/a.zip`, `vfs:tgz:https://host/a.tgz!/src`,"
                            + " `vfs:webdav4s://joe@host/dav`, `vfs:https://host/pub`",
                    options(
                            "connect-timeout", CONNECT,
                            "connections", "operations at a time; `8`",
                            "idle-timeout", "when what nobody uses is closed; `1m`",
                            "max-entries", "most entries of an archive; `1000000`",
                            "plugins", "a folder with jars of further providers; none",
                            "providers", "what they provide: `scheme=class`, separated by commas; none",
                            "recheck", "for how long an archive is taken for unchanged; `1s`",
                            "size", "most bytes of files in `ram:`; `64m`",
                            "spool",
                                    "most bytes of a local copy of a remote archive, or of what is in a compressed tar; `4g`",
                            "timeout", "how long a server may stay silent; `30s`"),
                    Map.of(
                            Capability.WRITE, "not archives, http",
                            Capability.MODIFIED, "files",
                            Capability.ETAGS, "if the server has them")),
            new ReadmeStores(
                    "vfs:ftp",
                    "vfs:ftp://127.0.0.1:1/",
                    "`vfs:ftp://joe@host/pub`, `vfs:ftps://joe@host/pub`: a folder of an FTP server",
                    options(
                            "certificates", "PEM file of those to trust instead of the system's; none",
                            "charset", "of names; UTF-8",
                            "clear-data", "`true` leaves the data of `ftps` unencrypted; `false`",
                            "connect-timeout", CONNECT,
                            "connections", "control connections at a time; `8`",
                            "data-timeout", "how long a transfer may stand still; `30s`",
                            "idle-timeout", "when a connection that nobody uses is closed; `1m`",
                            "password", PASSWORD,
                            "password-file", PASSWORD_FILE,
                            "timeout", "how long the server may take for an answer; `30s`",
                            "tls", "`none`, `explicit`, `implicit`; `none` for `ftp`, `explicit` for `ftps`",
                            "trust-pasv-address", "`true` connects to the address that `PASV` names; `false`",
                            "zone", "in which a server without `MLSD` tells times; `UTC`"),
                    Map.of(
                            Capability.MODE, "if offered",
                            Capability.MODIFIED, "if offered",
                            Capability.SPACE, "if offered")));

    static final SortedMap<String, String> POLICIES = options(
            "cache",
                    "for how long nodes and listings are remembered, `0s` for not at all; `30s` for stores on other hosts but `jsonfs`, else `0s`",
            "cache-entries", "nodes that are remembered; `200000`",
            "cache-negative", "for how long it is remembered that nothing is there; a third of `cache`, at most `10s`",
            "cache-size", "memory for it; `64m`",
            "cache-stale-if-error", "for how much longer it answers while the store fails; `0s`",
            "cache-stale-while-revalidate", "for how much longer it answers while the store is asked; `0s`",
            "directory-mode", "permissions of directories to which nobody gave any, `0750`; what the store says",
            "file-mode", "permissions of files to which nobody gave any, `0640`; what the store says",
            "overlay",
                    "`true` keeps in the state database what the store cannot: modes, owners, times, media types, symlinks;"
                            + " `true`, but `false` for `file:`",
            "overlay-symlinks", "`false` leaves symlinks out of it; `true`",
            "owner", "of what nobody gave an owner, `1000:1000`; what the store says");

    static SortedMap<String, String> options(String... namesAndTexts) {
        SortedMap<String, String> options = new TreeMap<>();
        for (int i = 0; i < namesAndTexts.length; i += 2) {
            options.put(namesAndTexts[i], namesAndTexts[i + 1]);
        }
        return options;
    }

    String scheme() {
        return location.substring(0, location.indexOf(':'));
    }

    String location(Path folder) {
        return location.replace("FOLDER", folder.toString());
    }

    /** What the table of capabilities says. */
    String cell(Capability capability, Capabilities declared) {
        if (capability == Capability.CHANGE_TIMESTAMPS && !depends.containsKey(capability)) {
            return "in the state database";
        }
        return depends.containsKey(capability)
                ? Objects.requireNonNull(depends.get(capability))
                : declared.has(capability) ? "yes" : "no";
    }
}
