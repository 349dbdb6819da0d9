package dev.packhorse.server;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;

/** Puts what the listener itself answers into what the clients of a protocol understand. */
@FunctionalInterface
public interface Refusals {

    /** The answer as it is. */
    Refusals USUAL = (request, usual) -> usual;

    /**
     * What goes out instead of an answer that no front has made. Called on event loops: must not block.
     *
     * @param usual the answer by the statuses of HTTP
     */
    HttpResponse answer(HttpRequest request, HttpResponse usual);
}
