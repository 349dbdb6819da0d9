package dev.packhorse.server;

import dev.packhorse.front.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** One request on its way through the HTTP route, with what the log and the metrics want to know of it afterwards. */
public final class HttpExchange {

    private final HttpRequest request;
    private final String remote;
    private final long number;
    private @Nullable String protocol;
    private @Nullable String export;

    HttpExchange(HttpRequest request, String remote, long number) {
        this.request = request;
        this.remote = remote;
        this.number = number;
    }

    public HttpRequest request() {
        return request;
    }

    /** Address of the client, without the port. */
    public String remote() {
        return remote;
    }

    /** Counts the requests of this process, from 1: the {@code request} of the logs. */
    public long number() {
        return number;
    }

    /** Says which front and export took the request. */
    public void servedBy(String protocolName, String exportPath) {
        protocol = protocolName;
        export = exportPath;
    }

    public @Nullable String protocol() {
        return protocol;
    }

    public @Nullable String export() {
        return export;
    }
}
