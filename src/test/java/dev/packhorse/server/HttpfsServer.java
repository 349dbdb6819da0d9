package dev.packhorse.server;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.httpfs.HttpfsFront;
import dev.packhorse.front.httpfs.HttpfsOptions;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Our own front of the HTTP Filesystem Protocol over our own listener, for one store that it closes. */
public final class HttpfsServer implements AutoCloseable {

    private static final String BASE = "/fs/files";

    /** Method and target behind the base of each request, in order. */
    public final List<String> heard = new CopyOnWriteArrayList<>();

    private final Store store;
    private final HttpfsFront front = new HttpfsFront(BASE, HttpfsOptions.DEFAULT);
    private final TestServer server;
    private final boolean parts;

    /** Serves a store at a free port. */
    public HttpfsServer(Store store) {
        this(store, true);
    }

    /**
     * As above, or as a server that has listings only.
     *
     * @param parts whether there are answers in parts
     */
    public HttpfsServer(Store store, boolean parts) {
        this(store, parts, null);
    }

    HttpfsServer(Store store, boolean parts, @Nullable TlsSettings tls) {
        this.store = store;
        this.parts = parts;
        this.server = new TestServer(HttpSettings.DEFAULT, tls, exchange -> answer(exchange.request()));
    }

    /** Where the store is. */
    public URI base() {
        return URI.create("http://127.0.0.1:" + server.port() + BASE);
    }

    /** Where it is under TLS. */
    URI secureBase() {
        return URI.create("https://localhost:" + server.securePort() + BASE);
    }

    private HttpResponse answer(HttpRequest request) {
        try {
            RequestTarget target = RequestTarget.parse(request.target()).from(FsPath.parse(BASE));
            heard.add(request.method() + " " + request.target().substring(BASE.length()));
            if (!parts && isForParts(request, target)) {
                return HttpResponse.text(404, "Object Not Found");
            }
            return front.handle(parts ? request : new Plain(request), target, store);
        } catch (FsException e) {
            return HttpResponse.text(400, "Invalid Name");
        }
    }

    private static boolean isForParts(HttpRequest request, RequestTarget target) {
        String name = target.path().name();
        return request.method().equals("GET") && (name.equals(":") || name.equals("..."));
    }

    /** A request that accepts anything. */
    private record Plain(HttpRequest request) implements HttpRequest {
        @Override
        public String method() {
            return request.method();
        }

        @Override
        public String target() {
            return request.target();
        }

        @Override
        public @Nullable String header(String name) {
            return name.equalsIgnoreCase("Accept") ? null : request.header(name);
        }

        @Override
        public List<String> headers(String name) {
            return name.equalsIgnoreCase("Accept") ? List.of() : request.headers(name);
        }

        @Override
        public boolean hasBody() {
            return request.hasBody();
        }

        @Override
        public Body body() {
            return request.body();
        }
    }

    @Override
    public void close() throws FsException {
        server.close();
        store.close();
    }
}
