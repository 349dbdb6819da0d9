package dev.packhorse.store.http;

import java.io.Closeable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequest;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.client5.http.ssl.TrustAllStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.ssl.SSLContextBuilder;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** Asks web servers over connections that it keeps; without cookies, and without compression that it was not asked for. */
public final class WebClient implements Closeable {

    private final CloseableHttpClient client;

    /** A client that has not spoken to anybody. */
    public WebClient(WebOptions options) {
        Timeout silence = Timeout.of(options.silence());
        PoolingHttpClientConnectionManagerBuilder connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnTotal(options.connections())
                .setMaxConnPerRoute(options.connections())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(options.connectTimeout()))
                        .setSocketTimeout(silence)
                        .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                        .setTimeToLive(TimeValue.ofMinutes(10))
                        .build());
        if (!options.verifyTls()) {
            connections.setTlsSocketStrategy(trusting());
        }
        HttpClientBuilder builder = HttpClients.custom()
                .setConnectionManager(connections.build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(silence)
                        .setResponseTimeout(silence)
                        .setRedirectsEnabled(options.redirects())
                        .build())
                // A kept connection may have been closed by the server; what may be repeated is, once.
                .setRetryStrategy(new DefaultHttpRequestRetryStrategy(1, TimeValue.ofMilliseconds(50)) {
                    @Override
                    protected boolean handleAsIdempotent(HttpRequest request) {
                        return request.getMethod().equals("PROPFIND") || super.handleAsIdempotent(request);
                    }

                    @Override
                    public boolean retryRequest(HttpResponse response, int count, HttpContext context) {
                        return false;
                    }
                })
                .evictIdleConnections(TimeValue.of(options.idle()))
                .disableContentCompression()
                .disableCookieManagement()
                .setUserAgent("Packhorse");
        if (!options.redirects()) {
            builder.disableRedirectHandling();
        }
        this.client = builder.build();
    }

    private static DefaultClientTlsStrategy trusting() {
        try {
            return new DefaultClientTlsStrategy(
                    SSLContextBuilder.create()
                            .loadTrustMaterial(null, TrustAllStrategy.INSTANCE)
                            .build(),
                    NoopHostnameVerifier.INSTANCE);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    /** Asks; whoever asked closes the answer. */
    public Answer ask(HttpUriRequestBase request) throws IOException {
        return new Answer(request, ask(request, HttpClientContext.create()));
    }

    /** As above, with credentials by the context, or to learn from it where a redirect has led. */
    public ClassicHttpResponse ask(HttpUriRequest request, HttpClientContext context) throws IOException {
        return client.executeOpen(null, request, context);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
