package dev.packhorse.server;

import dev.packhorse.front.http.HttpResponse;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;

/** A listener behind Camel's real consumer, with a handler in place of a front. */
final class TestServer implements Closeable {

    /** What the observer was told. */
    record Finished(String method, String target, int status, long received, long sent) {}

    final HttpListener listener;
    final List<Finished> finished = new CopyOnWriteArrayList<>();
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Workers workers = Workers.start(64);

    TestServer(HttpSettings settings, Function<HttpExchange, HttpResponse> handler) {
        this(settings, null, handler);
    }

    TestServer(HttpSettings settings, @Nullable TlsSettings tls, Function<HttpExchange, HttpResponse> handler) {
        this(settings, tls, Limits.none(), TrustedProxies.NONE, handler);
    }

    TestServer(
            HttpSettings settings,
            Limits limits,
            TrustedProxies proxies,
            Function<HttpExchange, HttpResponse> handler) {
        this(settings, null, limits, proxies, handler);
    }

    TestServer(
            HttpSettings settings,
            @Nullable TlsSettings tls,
            Limits limits,
            TrustedProxies proxies,
            Function<HttpExchange, HttpResponse> handler) {
        listener = new HttpListener(
                settings,
                workers,
                (exchange, status, received, sent, nanos) -> finished.add(new Finished(
                        exchange.request().method(), exchange.request().target(), status, received, sent)),
                limits,
                proxies);
        if (tls != null) {
            try {
                listener.secure(tls);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        listener.start();
        context.getRegistry().bind("server", listener);
        context.setStreamCaching(false);
        context.start();
        try {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("netty-http:http://packhorse:1/?matchOnUriPrefix=true&nettySharedHttpServer=#server")
                            .process(exchange -> exchange.getMessage()
                                    .setBody(handler.apply(exchange.getIn().getBody(HttpExchange.class))));
                }
            });
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return listener.getPort();
    }

    int securePort() {
        return listener.securePort();
    }

    RawClient connect() throws IOException {
        return new RawClient(port());
    }

    /** Sends one text on a connection of its own and returns all that comes back. */
    String talk(String request) throws IOException {
        try (RawClient client = connect()) {
            return client.send(request).finish().readAll();
        }
    }

    @Override
    public void close() {
        listener.stop();
        context.stop();
        workers.close();
    }
}
