package dev.packhorse.store.openhands;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.http.Answer;
import dev.packhorse.store.http.Credential;
import dev.packhorse.store.http.WatchedEntity;
import dev.packhorse.store.http.WebClient;
import dev.packhorse.store.http.WebErrors;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.jspecify.annotations.Nullable;

/** The requests of the protocol, to one server. Whoever asks closes the answer. */
final class Server implements Closeable {

    /** What may be left of an answer that is read to its end rather than dropped with its connection. */
    static final int REST = 64 * 1024;

    private final String base;
    private final Credential credential;
    private final Duration silence;
    private final WebClient client;
    private final Object finding = new Object();
    private volatile @Nullable Dialect dialect;

    /**
     * A server that nobody has spoken to yet.
     *
     * @throws IllegalArgumentException if the base is no place on a web server
     */
    Server(URI base, OpenHandsOptions options) {
        String scheme = String.valueOf(base.getScheme());
        if (!(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https")) || base.getHost() == null) {
            throw new IllegalArgumentException("the base of an OpenHands store must be http(s)://host/...");
        }
        if (base.getRawUserInfo() != null || base.getRawQuery() != null || base.getRawFragment() != null) {
            throw new IllegalArgumentException("the base of an OpenHands store has no user, query or fragment");
        }
        this.base = base.toString().replaceFirst("/+$", "");
        this.credential = options.credential();
        this.silence = options.web().silence();
        this.client = new WebClient(options.web());
        this.dialect = options.dialect();
    }

    /** The dialect of the server; it is asked for its root in each of them until it has been understood. */
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

    private Dialect found() throws IOException {
        Dialect empty = null;
        int first = 0;
        for (Dialect each : Dialect.values()) {
            try (Answer answer = ask(each.listingMethod(), each.list(FsPath.ROOT))) {
                first = first == 0 ? answer.status() : first;
                Boolean hasAny = answer.status() == 200 ? hasAny(answer) : refused(answer);
                // Who lists what is not there as empty says nothing by an empty list, unless it is of the published
                // form.
                if (hasAny != null && (hasAny || each == Dialect.FILES_LIST)) {
                    return known(each);
                }
                empty = hasAny != null && empty == null ? each : empty;
            }
        }
        if (empty != null) {
            return known(empty);
        }
        if (first == 404) {
            // A root that is not there, until something is written.
            return Dialect.FILES_LIST;
        }
        throw new FsException(
                Kind.UNSUPPORTED, "list", FsPath.ROOT, new IOException("the server lists its root in no dialect"));
    }

    private Dialect known(Dialect found) {
        dialect = found;
        return found;
    }

    /** Whether there is something in a list; {@code null} if it is none. */
    private static @Nullable Boolean hasAny(Answer answer) throws IOException {
        try {
            ListParser list = new ListParser(answer.stream(), FsPath.ROOT);
            return list.next() != null || list.hasAny();
        } catch (IOException e) {
            if (WebErrors.lost(e) != null) {
                throw e;
            }
            return null;
        }
    }

    /** Nothing, unless the refusal would be the same in every dialect. */
    private static @Nullable Boolean refused(Answer answer) throws FsException {
        FsException refused = refused(answer, "list", FsPath.ROOT);
        return switch (refused.kind()) {
            case PERMISSION_DENIED, TIMEOUT, UNAVAILABLE, BUSY -> throw refused;
            case NOT_FOUND,
                    ALREADY_EXISTS,
                    IS_A_DIRECTORY,
                    NOT_A_DIRECTORY,
                    NOT_EMPTY,
                    INVALID_NAME,
                    PRECONDITION_FAILED,
                    STALE,
                    UNSUPPORTED,
                    TOO_LARGE,
                    NO_SPACE,
                    IO -> null;
        };
    }

    /** What an answer means that is no success; 400 is said of paths that the server does not take (INTEROP section 1). */
    static FsException refused(Answer answer, String operation, FsPath path) {
        FsException refused = WebErrors.refused(answer.status(), operation, path);
        return answer.status() == 400
                ? new FsException(Kind.INVALID_NAME, operation, path, refused.getCause())
                : refused;
    }

    Answer list(FsPath directory) throws IOException {
        Dialect known = dialect();
        return ask(known.listingMethod(), known.list(directory));
    }

    Answer head(FsPath path) throws IOException {
        return ask("HEAD", dialect().file(path));
    }

    Answer get(FsPath path, Map<String, String> headers) throws IOException {
        HttpUriRequestBase request = request("GET", dialect().file(path));
        headers.forEach(request::setHeader);
        return client.ask(request);
    }

    Answer delete(FsPath path) throws IOException {
        return ask("DELETE", dialect().file(path));
    }

    /**
     * Sends a file. Nothing but the raw bytes, and how many they are.
     *
     * @throws IOException whatever the stream throws, before the last of the bytes is sent; {@code TIMEOUT} if the server takes
     *     nothing
     */
    Answer post(FsPath path, InputStream in, long length) throws IOException {
        HttpUriRequestBase request = request("POST", dialect().file(path));
        WatchedEntity entity = new WatchedEntity(in, length, /* type= */ null, silence, request::cancel);
        request.setEntity(entity);
        try {
            return client.ask(request);
        } catch (IOException e) {
            throw entity.isLate() ? new FsException(Kind.TIMEOUT, "write", path, e) : e;
        }
    }

    private Answer ask(String method, String place) throws IOException {
        return client.ask(request(method, place));
    }

    private HttpUriRequestBase request(String method, String place) {
        HttpUriRequestBase request = new HttpUriRequestBase(method, URI.create(base + place));
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
