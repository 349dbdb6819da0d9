package dev.packhorse.server;

import dev.packhorse.front.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** One request on its way through the HTTP route, with what the log and the metrics want to know of it afterwards. */
public final class HttpExchange {

    private final HttpRequest request;
    private final String remote;
    private final long number;
    private final @Nullable String certificateName;
    private @Nullable String protocol;
    private @Nullable String export;
    private @Nullable String operation;
    private @Nullable String path;

    HttpExchange(HttpRequest request, String remote, long number) {
        this(request, remote, number, null);
    }

    HttpExchange(
            HttpRequest request, String remote, long number, @Nullable String certificateName) {
        this.request = request;
        this.remote = remote;
        this.number = number;
        this.certificateName = certificateName;
    }

    public HttpRequest request() {
        return request;
    }

    /** Address of the client, without the port. */
    public String remote() {
        return remote;
    }

    /**
     * The common name (CN) in the certificate that the client has shown and the listener has verified; {@code null} if it has shown
     * none, or one without a usable name.
     */
    public @Nullable String certificateName() {
        return certificateName;
    }

    /** Counts the requests of its listener, from 1: the {@code request} of the logs. */
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

    /** Says what was asked, for protocols in which neither the method nor the path of the target does. */
    void understood(@Nullable String command, @Nullable String subject) {
        operation = command;
        path = subject;
    }

    /** The command, such as {@code readfile}; {@code null} if the method says it. */
    public @Nullable String operation() {
        return operation;
    }

    /** What the command was about, as the client named it; {@code null} if the target says it, or nobody knows. */
    public @Nullable String path() {
        return path;
    }
}
