package dev.packhorse.store.vfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.http.Answer;
import dev.packhorse.store.http.Percent;
import dev.packhorse.store.http.WebClient;
import dev.packhorse.store.http.WebErrors;
import dev.packhorse.store.http.WebOptions;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Map;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpUriRequest;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.auth.BasicAuthCache;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.auth.BasicScheme;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * A web server, and the place on it that is the root. Certificates are checked, which those providers of Commons VFS do not
 * do; credentials go to that server only.
 */
final class Web implements Closeable {

    private final WebClient client;
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
        this.client = new WebClient(new WebOptions(
                options.managers(),
                options.idle(),
                options.connectTimeout(),
                silence,
                /* redirects= */ true,
                /* verifyTls= */ true));
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
            out.append('/').append(Percent.encoded(name));
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

    /** Opens a file, with these headers. */
    Answer get(FsPath path, Map<String, String> headers) throws IOException {
        HttpGet get = new HttpGet(uri(path, false));
        headers.forEach(get::setHeader);
        return new Answer(get, ask(get));
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
        return client.ask(request, context);
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

    /** What a status means that is no success. WebDAV says 409 for a parent that is missing (RFC 4918, 9.7.1). */
    static FsException refused(int status, String operation, FsPath path) {
        return WebErrors.refused(status == 409 ? 404 : status, operation, path);
    }

    @Override
    public void close() throws IOException {
        try (owned) {
            client.close();
        }
    }
}
