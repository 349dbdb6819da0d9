package dev.packhorse.store.vfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.methods.HttpUriRequest;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.auth.BasicAuthCache;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.auth.BasicScheme;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A web server, and the place on it that is the root. Certificates are checked, which those providers of Commons VFS do not
 * do; credentials go to that server only.
 */
final class Web implements Closeable {

    private final CloseableHttpClient client;
    private final Closeable owned;
    private final URI base;
    private final HttpHost host;
    private final Duration silence;
    private final @Nullable UsernamePasswordCredentials credentials;

    /**
     * A server that nobody has spoken to yet.
     *
     * @param scheme {@code http} or {@code https}
     * @param rest of the URI, from the slashes on
     * @param owned what is closed with this
     */
    Web(String scheme, String rest, VfsOptions options, Closeable owned) {
        this.owned = owned;
        URI uri = uri(scheme, rest);
        this.base = uri;
        int port = uri.getPort() < 0 ? (scheme.equals("https") ? 443 : 80) : uri.getPort();
        this.host = new HttpHost(scheme, uri.getHost(), port);
        this.credentials = credentials(rest);
        this.silence = options.timeout();
        Timeout timeout = Timeout.of(silence);
        this.client = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnTotal(options.managers())
                        .setMaxConnPerRoute(options.managers())
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(Timeout.of(options.connectTimeout()))
                                .setSocketTimeout(timeout)
                                .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                                .setTimeToLive(TimeValue.ofMinutes(10))
                                .build())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(timeout)
                        .setResponseTimeout(timeout)
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
                .setUserAgent("Packhorse")
                .build();
    }

    private static URI uri(String scheme, String rest) {
        try {
            int at = rest.indexOf('@');
            int slash = rest.indexOf('/', 2);
            boolean hasUser = at > 0 && (slash < 0 || at < slash);
            // Without the credentials, which then cannot show up anywhere; blanks and the like as an operator writes
            // them.
            String plain = hasUser ? "//" + rest.substring(at + 1) : rest;
            URI uri = new URI(scheme + ":" + plain.replace(" ", "%20"));
            if (uri.getHost() == null || uri.getFragment() != null) {
                throw new IllegalArgumentException("no host in " + VfsUri.masked(uri.toString()));
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a URI: " + VfsUri.masked(scheme + ":" + rest), e);
        }
    }

    private static @Nullable UsernamePasswordCredentials credentials(String rest) {
        int at = rest.indexOf('@');
        int slash = rest.indexOf('/', 2);
        if (at < 0 || (slash >= 0 && at > slash)) {
            return null;
        }
        String user = rest.substring(2, at);
        int colon = user.indexOf(':');
        String name = VfsUri.decoded(colon < 0 ? user : user.substring(0, colon));
        String password = colon < 0 ? "" : VfsUri.decoded(user.substring(colon + 1));
        return new UsernamePasswordCredentials(name, password.toCharArray());
    }

    /** How long the server may stay silent. */
    Duration silence() {
        return silence;
    }

    /** The URI of a path; the root as the operator wrote it. */
    URI uri(FsPath path, boolean isDirectory) {
        if (path.isRoot() && (!isDirectory || base.getRawPath().endsWith("/"))) {
            return base;
        }
        String root = base.getRawPath();
        StringBuilder out = new StringBuilder(root.endsWith("/") ? root.substring(0, root.length() - 1) : root);
        for (String name : path.segments()) {
            out.append('/').append(VfsUri.encoded(name));
        }
        if (isDirectory) {
            out.append('/');
        }
        return URI.create(host.getSchemeName() + "://" + base.getRawAuthority() + out);
    }

    /** The decoded path of a directory on the server, with a slash at its end. */
    String serverPath(FsPath directory) {
        return VfsUri.decoded(uri(directory, true).getRawPath());
    }

    /** An answer that is closed without reading on: what is not read is dropped with the connection. */
    record Answer(HttpUriRequestBase request, ClassicHttpResponse response) implements Closeable {
        InputStream stream() throws IOException {
            return response.getEntity() == null
                    ? InputStream.nullInputStream()
                    : response.getEntity().getContent();
        }

        @Override
        public void close() {
            request.cancel();
            try {
                response.close();
            } catch (IOException e) {
                // Of the connection that has just been dropped.
                return;
            }
        }
    }

    /** Opens a file. */
    Answer open(HttpUriRequestBase request) throws IOException {
        return new Answer(request, ask(request));
    }

    /** Asks; whoever asked closes the answer. */
    ClassicHttpResponse ask(HttpUriRequest request, HttpClientContext context) throws IOException {
        if (credentials != null) {
            BasicCredentialsProvider provider = new BasicCredentialsProvider();
            provider.setCredentials(new AuthScope(host), credentials);
            BasicScheme basic = new BasicScheme();
            basic.initPreemptive(credentials);
            BasicAuthCache cache = new BasicAuthCache();
            cache.put(host, basic);
            context.setCredentialsProvider(provider);
            context.setAuthCache(cache);
        }
        return client.executeOpen(null, request, context);
    }

    ClassicHttpResponse ask(HttpUriRequest request) throws IOException {
        return ask(request, HttpClientContext.create());
    }

    /** A request of a method without a class, whose redirects are not followed. */
    static HttpUriRequestBase request(String method, URI uri) {
        HttpUriRequestBase request = new HttpUriRequestBase(method, uri);
        request.setConfig(RequestConfig.custom().setRedirectsEnabled(false).build());
        return request;
    }

    static @Nullable String header(HttpResponse response, String name) {
        Header header = response.getFirstHeader(name);
        return header == null ? null : header.getValue();
    }

    /** What a status means that is no success. */
    static FsException refused(int status, String operation, FsPath path) {
        return new FsException(kind(status), operation, path, new IOException("the server answered " + status));
    }

    private static Kind kind(int status) {
        return switch (status) {
            case 401, 403 -> Kind.PERMISSION_DENIED;
            case 404, 410, 409 -> Kind.NOT_FOUND;
            case 405, 501 -> Kind.UNSUPPORTED;
            case 408, 504 -> Kind.TIMEOUT;
            case 412 -> Kind.PRECONDITION_FAILED;
            case 413 -> Kind.TOO_LARGE;
            case 414 -> Kind.INVALID_NAME;
            case 423, 429 -> Kind.BUSY;
            case 502, 503 -> Kind.UNAVAILABLE;
            case 507 -> Kind.NO_SPACE;
            default -> Kind.IO;
        };
    }

    @Override
    public void close() throws IOException {
        try (owned) {
            client.close();
        }
    }
}
