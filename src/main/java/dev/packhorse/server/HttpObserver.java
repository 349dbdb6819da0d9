package dev.packhorse.server;

/** Is told of every exchange when it is over. Called on a worker, after the client has its answer: may block a while. */
public interface HttpObserver {

    /**
     * One exchange has ended.
     *
     * @param exchange the request and who served it
     * @param status the status sent, or where the protocol says it in its own words the HTTP status that means the same; 499 if
     *     the client left before there was one
     * @param received bytes of the request body that arrived
     * @param sent bytes of the response body that left
     * @param nanos from the head of the request to the end of the response
     */
    void finished(HttpExchange exchange, int status, long received, long sent, long nanos);
}
