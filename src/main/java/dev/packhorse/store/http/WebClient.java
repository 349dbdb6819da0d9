package dev.packhorse.store.http;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequest;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.client5.http.ssl.TrustAllStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.ssl.SSLContextBuilder;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Asks web servers over connections that it keeps; without cookies, and without compression that it was not asked for. Texts of
 * headers are UTF-8. What only reads is asked a second time over a new connection if a kept one breaks; what changes something
 * is sent once.
 */
public final class WebClient implements Closeable {

    /** What may be sent twice; PUT and DELETE are none of these: their second try meets what the first, or somebody, has done. */
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "PROPFIND");

    private static final CharCodingConfig UTF_8 = CharCodingConfig.custom()
            .setCharset(StandardCharsets.UTF_8)
            .setMalformedInputAction(CodingErrorAction.REPLACE)
            .setUnmappableInputAction(CodingErrorAction.REPLACE)
            .build();

    /** Where a context has the socket of its answer, if that is not encrypted. */
    private static final String SOCKET = "packhorse.socket";

    private final CloseableHttpClient client;
    private final RequestConfig config;
    private final Duration silence;

    /** A client that has not spoken to anybody. */
    public WebClient(WebOptions options) {
        this.silence = options.silence();
        PoolingHttpClientConnectionManagerBuilder connections = new Connections()
                .setMaxConnTotal(options.connections())
                .setMaxConnPerRoute(options.connections())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(options.connectTimeout()))
                        .setSocketTimeout(Timeout.of(silence))
                        .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                        .setTimeToLive(TimeValue.ofMinutes(10))
                        .build());
        connections.setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                .charCodingConfig(UTF_8)
                .build());
        if (!options.verifyTls()) {
            connections.setTlsSocketStrategy(trusting());
        }
        this.config = RequestConfig.custom()
                .setConnectionRequestTimeout(Timeout.of(silence))
                .setResponseTimeout(Timeout.of(silence))
                .setRedirectsEnabled(options.redirects())
                .build();
        HttpClientBuilder builder = HttpClients.custom()
                .setConnectionManager(connections.build())
                .setRequestExecutor(new Noting())
                .setDefaultRequestConfig(config)
                // A kept connection may have been closed by the server; what may be repeated is, once.
                .setRetryStrategy(new DefaultHttpRequestRetryStrategy(1, TimeValue.ofMilliseconds(50)) {
                    @Override
                    protected boolean handleAsIdempotent(HttpRequest request) {
                        return SAFE.contains(request.getMethod());
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
        HttpClientContext context = HttpClientContext.create();
        ClassicHttpResponse response = ask(request, context);
        return new Answer(request, response, context.getAttribute(SOCKET, SocketChannel.class), silence);
    }

    /** As above, with credentials by the context, or to learn from it where a redirect has led. */
    public ClassicHttpResponse ask(HttpUriRequest request, HttpClientContext context) throws IOException {
        return client.executeOpen(null, request, context);
    }

    /**
     * Lets a server refuse a request before its body is sent (RFC 9110, 10.1.1); it is sent all the same after three seconds in
     * which the server says nothing.
     */
    public void expectContinue(HttpUriRequestBase request) {
        request.setConfig(
                RequestConfig.copy(config).setExpectContinueEnabled(true).build());
    }

    @Override
    public void close() throws IOException {
        client.close();
    }

    /** Makes connections whose sockets are channels: those of the JDK's usual ones copy what they read once more. */
    private static final class Connections extends PoolingHttpClientConnectionManagerBuilder {
        @Override
        protected HttpClientConnectionOperator createConnectionOperator(
                SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
            return new DefaultHttpClientConnectionOperator(
                    proxy -> proxy == null ? SocketChannel.open().socket() : new Socket(proxy),
                    ports,
                    names,
                    RegistryBuilder.<TlsSocketStrategy>create()
                            .register(URIScheme.HTTPS.id, tls)
                            .build());
        }
    }

    /** Notes the socket of each answer; the last of them if there are redirects or repetitions. */
    private static final class Noting extends HttpRequestExecutor {
        @Override
        public ClassicHttpResponse execute(
                ClassicHttpRequest request,
                HttpClientConnection connection,
                HttpResponseInformationCallback interim,
                HttpContext context)
                throws IOException, HttpException {
            boolean plain = connection instanceof ManagedHttpClientConnection && connection.getSSLSession() == null;
            Socket socket = plain ? ((ManagedHttpClientConnection) connection).getSocket() : null;
            context.setAttribute(SOCKET, socket == null ? null : socket.getChannel());
            try {
                return super.execute(request, connection, interim, context);
            } catch (SocketException e) {
                throw e;
            } catch (IOException e) {
                if (!isOfASocket(e)) {
                    throw e;
                }
                SocketException broken = new SocketException(e.getMessage());
                broken.initCause(e);
                throw broken;
            }
        }

        /** Channels do not say what kind of failure it is when nobody takes what they write, as other sockets do. */
        private static boolean isOfASocket(IOException failure) {
            return Arrays.stream(failure.getStackTrace())
                    .limit(4)
                    .anyMatch(frame -> frame.getClassName().equals("sun.nio.ch.SocketDispatcher"));
        }
    }
}
