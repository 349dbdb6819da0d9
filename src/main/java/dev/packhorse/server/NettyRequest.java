package dev.packhorse.server;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.fs.Body;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A decoded head with its body still coming. */
record NettyRequest(io.netty.handler.codec.http.HttpRequest head, boolean hasBody, Body body) implements HttpRequest {

    @Override
    public String method() {
        return head.method().name();
    }

    @Override
    public String target() {
        return head.uri();
    }

    @Override
    public @Nullable String header(String name) {
        return fields().get(name);
    }

    @Override
    public List<String> headers(String name) {
        return fields().getAll(name);
    }

    private HttpHeaders fields() {
        return head.headers();
    }
}
