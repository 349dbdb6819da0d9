package dev.packhorse.store.httpfs;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.http.Answer;
import dev.packhorse.store.http.Credential;
import dev.packhorse.store.http.Percent;
import dev.packhorse.store.http.WatchedEntity;
import dev.packhorse.store.http.WebClient;
import dev.packhorse.wire.httpfs.Between;
import dev.packhorse.wire.httpfs.Told;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.jspecify.annotations.Nullable;

/** The requests of the protocol, to one server. Whoever asks closes the answer. */
final class Server implements Closeable {

    /** What may be left of an answer that is read to its end rather than dropped with its connection. */
    static final int REST = 64 * 1024;

    /** A body from here on is worth the question whether it is wanted. */
    private static final long LARGE = 64 * 1024;

    /** Statuses that say nothing about OPTIONS: every other request would be refused as well. */
    private static final Set<Integer> SAME_FOR_ALL = Set.of(401, 403, 408, 429, 502, 503, 504);

    private final URI base;
    private final String prefix;
    private final Credential credential;
    private final Duration silence;
    private final WebClient client;
    private final @Nullable Dialect wanted;
    private final Capabilities plain;
    private final Object finding = new Object();
    private volatile @Nullable Dialect dialect;
    private volatile Capabilities capabilities;
    /** Whether names in listings are as they stand in URLs (INTEROP section 2, apptron); {@code null} until one has shown it. */
    private volatile @Nullable Boolean encodedNames;

    /**
     * A server that nobody has spoken to yet.
     *
     * @throws IllegalArgumentException if the base is no place on a web server
     */
    Server(URI base, HttpfsOptions options) {
        String scheme = String.valueOf(base.getScheme());
        if (!(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https")) || base.getHost() == null) {
            throw new IllegalArgumentException("the base of an httpfs store must be http(s)://host/...");
        }
        if (base.getRawUserInfo() != null || base.getRawQuery() != null || base.getRawFragment() != null) {
            throw new IllegalArgumentException("the base of an httpfs store has no user, query or fragment");
        }
        this.prefix = base.toString().replaceFirst("/+$", "");
        this.base = URI.create(prefix);
        this.credential = options.credential();
        this.silence = options.web().silence();
        this.client = new WebClient(options.web());
        this.wanted = options.dialect();
        EnumSet<Capability> all =
                EnumSet.of(Capability.WRITE, Capability.SYMLINKS, Capability.MODE, Capability.MODIFIED);
        if (options.changeTimestamps()) {
            all.add(Capability.CHANGE_TIMESTAMPS);
        }
        this.plain = new Capabilities(all, Duration.ofSeconds(1));
        this.capabilities = plain;
    }

    /** What was told last; before that, what the document promises. */
    Capabilities capabilities() {
        return capabilities;
    }

    /** Who it is: asked once, and again after the server was lost, since another may be in its place. */
    Dialect dialect() throws IOException {
        Dialect known = dialect;
        if (known != null) {
            return known;
        }
        synchronized (finding) {
            known = dialect;
            return known == null ? found() : known;
        }
    }

    /** Makes the next operation ask who it is. */
    void lost() {
        dialect = null;
    }

    private Dialect found() throws IOException {
        if (wanted == Dialect.PLAIN) {
            dialect = Dialect.PLAIN;
            return Dialect.PLAIN;
        }
        HttpUriRequestBase request = request("OPTIONS", place(FsPath.ROOT, ""));
        request.setHeader(Between.CLIENT, "1");
        Told told;
        try (Answer answer = client.ask(request)) {
            String text = answer.header(Between.CAPABILITIES);
            told = answer.status() == 200 && text != null ? Told.parse(text) : null;
            if (told == null) {
                FsException refused = Failures.refused(answer, "stat", FsPath.ROOT);
                if (SAME_FOR_ALL.contains(answer.status())) {
                    throw refused;
                }
            } else {
                answer.drain(REST);
            }
        }
        if (told == null && wanted == Dialect.PACKHORSE) {
            throw new FsException(
                    Kind.UNSUPPORTED, "stat", FsPath.ROOT, new IOException("the server does not say what it can do"));
        }
        capabilities = told == null ? plain : capabilities(told);
        Dialect found = told == null ? Dialect.PLAIN : Dialect.PACKHORSE;
        dialect = found;
        return found;
    }

    private static Capabilities capabilities(Told told) {
        EnumSet<Capability> all = EnumSet.noneOf(Capability.class);
        for (Capability capability : Capability.values()) {
            // The protocol does not tell the room.
            if (told.capabilities().contains(capability.name()) && capability != Capability.SPACE) {
                all.add(capability);
            }
        }
        return new Capabilities(all, Duration.ofNanos(told.precision()), Duration.ofNanos(told.staleness()));
    }

    /** Whether names in listings are as they stand in URLs. {@code null}: nobody knows yet. */
    @Nullable
    Boolean encodedNames() {
        return encodedNames;
    }

    void encodedNames(boolean encoded) {
        encodedNames = encoded;
    }

    /** The path of the base, decoded, without a slash at its end; empty for the root of the host. */
    String basePath() {
        return base.getPath();
    }

    /** Where a path is; the root is always the base with a slash (INTEROP section 2). */
    String place(FsPath path, String suffix) {
        StringBuilder out = new StringBuilder(prefix);
        for (String name : path.segments()) {
            out.append('/').append(Percent.encoded(name));
        }
        if (path.isRoot() || !suffix.isEmpty()) {
            out.append('/').append(suffix);
        }
        return out.toString();
    }

    /**
     * The value of {@code Destination}. A Packhorse is given a URL, which is ASCII whatever the name; the others know the path
     * only, with the base in front, as its bytes are.
     */
    String destination(FsPath path) throws IOException {
        if (dialect() == Dialect.PACKHORSE) {
            return place(path, "");
        }
        if (Boolean.TRUE.equals(encodedNames)) {
            return URI.create(place(path, "")).getRawPath();
        }
        return basePath() + path;
    }

    Answer ask(String method, FsPath path, Map<String, String> headers) throws IOException {
        return ask(method, path, "", headers);
    }

    /** As above, with a suffix of the protocol behind the path. */
    Answer ask(String method, FsPath path, String suffix, Map<String, String> headers) throws IOException {
        return client.ask(prepared(method, path, suffix, headers));
    }

    /** Sends something small, whole. */
    Answer put(FsPath path, byte[] body, Map<String, String> headers) throws IOException {
        HttpUriRequestBase request = prepared("PUT", path, "", headers);
        request.setEntity(new ByteArrayEntity(body, null));
        return client.ask(request);
    }

    /**
     * Sends a file.
     *
     * @param length -1 if nobody knows
     * @throws IOException whatever the stream throws, before the last of the bytes is sent; {@code TIMEOUT} if the server takes
     *     nothing
     */
    Answer put(FsPath path, InputStream in, long length, Map<String, String> headers) throws IOException {
        HttpUriRequestBase request = prepared("PUT", path, "", headers);
        WatchedEntity entity = new WatchedEntity(in, length, /* type= */ null, silence, request::cancel);
        request.setEntity(entity);
        if (dialect() == Dialect.PACKHORSE && (length < 0 || length > LARGE)) {
            client.expectContinue(request);
        }
        try {
            return client.ask(request);
        } catch (IOException e) {
            IOException own = entity.failure();
            if (own != null) {
                throw own;
            }
            throw entity.isLate() ? new FsException(Kind.TIMEOUT, "write", path, e) : e;
        }
    }

    private HttpUriRequestBase prepared(String method, FsPath path, String suffix, Map<String, String> headers)
            throws IOException {
        Dialect known = dialect();
        HttpUriRequestBase request = request(method, place(path, suffix));
        if (known == Dialect.PACKHORSE) {
            request.setHeader(Between.CLIENT, "1");
        }
        headers.forEach(request::setHeader);
        return request;
    }

    private HttpUriRequestBase request(String method, String place) {
        HttpUriRequestBase request = new HttpUriRequestBase(method, URI.create(place));
        if (!credential.header().isEmpty()) {
            request.setHeader(credential.header(), credential.value());
        }
        return request;
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
