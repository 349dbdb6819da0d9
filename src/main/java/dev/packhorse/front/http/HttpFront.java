package dev.packhorse.front.http;

import dev.packhorse.fs.Store;

/** The server side of one protocol over HTTP: a function, without threads, sockets or state between requests. */
public interface HttpFront {

    /**
     * Answers one request to one export.
     *
     * <p>Every failure becomes a response; what is thrown is a fault of the gateway, which answers {@code 500} and logs it.
     * The body of the request need not be read to its end.
     *
     * @param request the request, its method not yet looked at
     * @param target the part of the request target below the export
     * @param store the export
     */
    HttpResponse handle(HttpRequest request, RequestTarget target, Store store);
}
