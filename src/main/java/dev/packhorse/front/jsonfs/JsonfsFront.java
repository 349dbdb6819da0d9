package dev.packhorse.front.jsonfs;

import dev.packhorse.front.http.Cors;
import dev.packhorse.front.http.HttpFront;
import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;

/** Progrium's httpfs for one export. */
public final class JsonfsFront implements HttpFront {

    /** "In this read-only iteration, httpfs only uses GET and HEAD methods" (PROTOCOL.md, Methods). */
    static final String METHODS = "GET, HEAD";

    private final JsonfsOptions options;
    private final Reading reading;

    public JsonfsFront(JsonfsOptions options) {
        this.options = options;
        this.reading = new Reading(options);
    }

    @Override
    public HttpResponse handle(HttpRequest request, RequestTarget target, Store store) {
        return options.cors().applyTo(request, answer(request, target, store));
    }

    private HttpResponse answer(HttpRequest request, RequestTarget target, Store store) {
        try {
            return switch (request.method()) {
                case "GET" -> reading.get(request, target, store);
                case "HEAD" -> reading.head(request, target, store);
                default ->
                    Cors.isPreflight(request) && !options.cors().origins().isEmpty()
                            ? new HttpResponse(204).header("Allow", METHODS)
                            : HttpResponse.text(405, "Method Not Allowed").header("Allow", METHODS);
            };
        } catch (FsException e) {
            return Statuses.failed(e.kind(), options.strictStatus());
        }
    }
}
