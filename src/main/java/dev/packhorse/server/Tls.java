package dev.packhorse.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * TLS of one listener: the certificate of now, by which connections begin, and how it is replaced when its files change.
 *
 * <p>New connections take what was loaded last; those that are open keep what they began with, but where the client has shown a
 * certificate they end with the answer at hand, so that it is shown anew. Files that cannot be used change nothing.
 */
final class Tls {

    private static final Logger LOG = Logger.getLogger(Tls.class);

    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    /** Forward secrecy and authenticated encryption; the first three are those of TLS 1.3. */
    static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    /** How long before its end a certificate is warned of. */
    private static final Duration SHORT = Duration.ofDays(14);

    /** How often it is. */
    private static final Duration REMINDER = Duration.ofDays(1);

    private final TlsSettings settings;
    private final SslProvider provider;
    private final ReentrantLock looking = new ReentrantLock();
    private final Object swap = new Object();

    private List<Stamp> seen;
    /** Why the files cannot be used that are there; {@code null} if they are in use. */
    private @Nullable String complaint;

    private @Nullable SslContext context;
    /** How often that was replaced. */
    private volatile int replaced;

    private volatile Instant expiry;
    private Instant reminded = Instant.MIN;

    /** By what a changed file is told; {@code null} for what is not there. */
    private record Stamp(@Nullable Object key, long size, FileTime modified) {

        static @Nullable Stamp of(Path file) {
            try {
                BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(found.fileKey(), found.size(), found.lastModifiedTime());
            } catch (IOException e) {
                return null;
            }
        }
    }

    private record Loaded(SslContext context, ServerCertificate certificate) {}

    private Tls(TlsSettings settings, SslProvider provider) throws IOException {
        this.settings = settings;
        this.provider = provider;
        this.seen = stamps();
        Loaded loaded = load();
        this.context = loaded.context;
        this.expiry = loaded.certificate.expiry();
        remind(Instant.now(), true);
    }

    /**
     * Reads the files.
     *
     * @throws IOException if they cannot be used, or the provider cannot, in one line
     */
    static Tls open(TlsSettings settings) throws IOException {
        return new Tls(settings, provider(settings.provider()));
    }

    private static SslProvider provider(TlsSettings.Provider wanted) throws IOException {
        boolean isNative = wanted != TlsSettings.Provider.JDK && OpenSsl.isAvailable();
        if (wanted == TlsSettings.Provider.NATIVE && !isNative) {
            throw new IOException("the native provider cannot be loaded here: " + OpenSsl.unavailabilityCause());
        }
        if (!isNative) {
            // Read when the JDK's first server begins a handshake; BoringSSL never renegotiates.
            System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        }
        LOG.debugf("TLS provider=%s", isNative ? OpenSsl.versionString() : "jdk");
        return isNative ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
    }

    TlsSettings settings() {
        return settings;
    }

    /** When the certificate of now ends. */
    Instant expiry() {
        return expiry;
    }

    /** Puts TLS between a new connection and its HTTP. */
    TlsSession begin(Channel channel, HttpSettings limits) {
        // Before the handler is made: a change in this moment is one.
        int before = replaced;
        SslHandler handler = handler(channel.alloc());
        handler.setHandshakeTimeoutMillis(limits.headTimeout().toMillis());
        handler.setCloseNotifyFlushTimeoutMillis(limits.bodyTimeout().toMillis());
        TlsSession session = new TlsSession(handler, () -> replaced != before);
        channel.pipeline().addLast(handler, session);
        return session;
    }

    private SslHandler handler(ByteBufAllocator allocator) {
        synchronized (swap) {
            if (context == null) {
                throw new IllegalStateException("TLS is closed");
            }
            return context.newHandler(allocator);
        }
    }

    /**
     * Looks whether the files have changed, and loads them if so. Those that cannot be used are tried again, since rights and time
     * alone may mend them. Reads files: not for event loops.
     */
    void look() {
        if (!looking.tryLock()) {
            return;
        }
        try {
            List<Stamp> now = stamps();
            if (!now.equals(seen) || complaint != null) {
                // Before they are read: what changes meanwhile is seen by the next look.
                seen = now;
                reload();
            } else {
                remind(Instant.now(), false);
            }
        } finally {
            looking.unlock();
        }
    }

    private void reload() {
        Loaded loaded;
        try {
            loaded = load();
            if (!loaded.certificate.isValidAt(Instant.now())) {
                ReferenceCountUtil.release(loaded.context);
                throw new IOException(settings.files().get(0) + " has a certificate that is not valid now");
            }
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            if (!reason.equals(complaint)) {
                LOG.warnf("files of TLS have changed and cannot be used; what was there before goes on: %s", reason);
            }
            complaint = reason;
            return;
        }
        complaint = null;
        // First, so that nobody is shown the new certificate while the end of the old one is told.
        expiry = loaded.certificate.expiry();
        replace(loaded.context);
        remind(Instant.now(), true);
    }

    private void replace(@Nullable SslContext next) {
        @Nullable SslContext old;
        synchronized (swap) {
            old = context;
            context = next;
            replaced++;
        }
        // Open connections hold it until they end.
        ReferenceCountUtil.release(old);
    }

    private void remind(Instant now, boolean loaded) {
        Duration left = Duration.between(now, expiry);
        boolean isShort = left.compareTo(SHORT) < 0;
        if (isShort && (loaded || Duration.between(reminded, now).compareTo(REMINDER) > 0)) {
            reminded = now;
            LOG.warnf(
                    left.isNegative()
                            ? "the certificate of TLS has ended file=%s days=%d"
                            : "the certificate of TLS ends soon file=%s days=%d",
                    settings.files().get(0),
                    left.toDays());
        } else if (loaded) {
            LOG.infof(
                    "the certificate of TLS is loaded file=%s days=%d",
                    settings.files().get(0), left.toDays());
        }
    }

    private List<Stamp> stamps() {
        List<Stamp> stamps = new ArrayList<>();
        settings.files().forEach(file -> stamps.add(Stamp.of(file)));
        return stamps;
    }

    private Loaded load() throws IOException {
        ServerCertificate certificate = ServerCertificate.load(settings.source());
        SslContextBuilder builder = SslContextBuilder.forServer(
                        certificate.key(), certificate.chain().toArray(new X509Certificate[0]))
                .sslProvider(provider)
                .protocols(VERSIONS)
                .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_1_1))
                .clientAuth(
                        switch (settings.clientCertificates()) {
                            case NONE -> ClientAuth.NONE;
                            case OPTIONAL -> ClientAuth.OPTIONAL;
                            case REQUIRED -> ClientAuth.REQUIRE;
                        });
        if (settings.clientCertificates() != TlsSettings.ClientCertificates.NONE) {
            builder.trustManager(ClientTrust.load(Objects.requireNonNull(settings.clientCa()), settings.clientCrl()));
        }
        SslContext built = builder.build();
        if (built.sessionContext() instanceof OpenSslServerSessionContext sessions) {
            // BoringSSL makes the keys of tickets, and new ones every other day. What is loaded anew has others: nobody
            // resumes
            // what another list of revoked certificates would refuse.
            sessions.setTicketKeys();
        }
        return new Loaded(built, certificate);
    }

    /** Lets go of the last certificate. */
    void close() {
        replace(null);
    }
}
