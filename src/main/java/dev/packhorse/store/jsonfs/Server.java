package dev.packhorse.store.jsonfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.http.Answer;
import dev.packhorse.store.http.Percent;
import dev.packhorse.store.http.WebClient;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.util.Base64;
import java.util.Map;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.jspecify.annotations.Nullable;

/** The two requests of the protocol, to one server. Whoever asks closes the answer. */
final class Server implements Closeable {

    /** What may be left of an answer that is read to its end rather than dropped with its connection. */
    static final int REST = 64 * 1024;

    private final String base;
    private final @Nullable String authorization;
    private final WebClient client;
    /** Whether the server knows GET only: the client of the protocol looks at entries by GET, so nobody may have noticed. */
    private volatile boolean withoutHead;

    /**
     * A server that nobody has spoken to yet.
     *
     * @throws IllegalArgumentException if the base is no place on a web server
     */
    Server(URI base, JsonfsOptions options) {
        String scheme = String.valueOf(base.getScheme());
        if (!(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https")) || base.getHost() == null) {
            throw new IllegalArgumentException("the base of a jsonfs store must be http(s)://host/...");
        }
        if (base.getRawUserInfo() != null || base.getRawQuery() != null || base.getRawFragment() != null) {
            throw new IllegalArgumentException("the base of a jsonfs store has no user, query or fragment");
        }
        this.base = base.toString().replaceFirst("/+$", "");
        this.authorization = options.user() == null
                ? null
                : "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (options.user() + ":" + (options.password() == null ? "" : options.password()))
                                                .getBytes(UTF_8));
        this.client = new WebClient(options.web());
    }

    /** What the server says of a path, by HEAD. */
    Head head(FsPath wire) throws IOException {
        if (!withoutHead) {
            try (Answer answer = client.ask(request("HEAD", wire))) {
                if (answer.status() != 405 && answer.status() != 501) {
                    return Head.of(answer, wire);
                }
            }
        }
        try (Answer answer = get(wire, Map.of())) {
            withoutHead = answer.status() == 200 || answer.status() == 404;
            return Head.of(answer, wire);
        }
    }

    Answer get(FsPath wire, Map<String, String> headers) throws IOException {
        HttpUriRequestBase request = request("GET", wire);
        headers.forEach(request::setHeader);
        return client.ask(request);
    }

    /** "Only 200 and 404 are understood, anything else is an I/O error" (INTEROP.md). */
    static FsException refused(int status, String operation, FsPath path) {
        return new FsException(Kind.IO, operation, path, new IOException("the server answered " + status));
    }

    private HttpUriRequestBase request(String method, FsPath wire) {
        StringBuilder uri = new StringBuilder(base);
        for (String segment : wire.segments()) {
            uri.append('/').append(Percent.encoded(segment));
        }
        HttpUriRequestBase request = new HttpUriRequestBase(method, URI.create(uri.toString()));
        if (authorization != null) {
            request.setHeader("Authorization", authorization);
        }
        return request;
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
