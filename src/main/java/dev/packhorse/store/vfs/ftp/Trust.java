package dev.packhorse.store.vfs.ftp;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Whom to believe: the certificates of the system, or those of a file. */
final class Trust {

    private final TrustManager manager;

    private Trust(TrustManager manager) {
        this.manager = manager;
    }

    /**
     * Reads the certificates.
     *
     * @param certificates a PEM file, {@code null} for the system's
     * @throws IOException if the file cannot be read or holds none
     */
    static Trust of(@Nullable Path certificates) throws IOException {
        try {
            if (certificates == null) {
                return new Trust(manager(null));
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            Set<Certificate> pinned = new HashSet<>();
            try (InputStream in = Files.newInputStream(certificates)) {
                for (Certificate certificate :
                        CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                    pinned.add(certificate);
                    store.setCertificateEntry("c" + pinned.size(), certificate);
                }
            }
            if (pinned.isEmpty()) {
                throw new IOException("no certificate in " + certificates);
            }
            return new Trust(new Pinning(manager(store), pinned));
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificates" + (certificates == null ? "" : " in " + certificates), e);
        }
    }

    /** Sockets with a cache of sessions of their own. */
    SSLSocketFactory sockets() throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {manager}, null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS", e);
        }
    }

    private static X509ExtendedTrustManager manager(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new GeneralSecurityException("no trust manager for X.509");
    }

    /** Takes a certificate that is in the file itself as it is; others are checked by chain and name. */
    private static final class Pinning extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager chains;
        private final Set<Certificate> pinned;

        Pinning(X509ExtendedTrustManager chains, Set<Certificate> pinned) {
            this.chains = chains;
            this.pinned = Set.copyOf(pinned);
        }

        private boolean isPinned(X509Certificate[] chain) throws CertificateException {
            if (chain.length == 0 || !pinned.contains(chain[0])) {
                return false;
            }
            chain[0].checkValidity();
            return true;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            if (!isPinned(chain)) {
                chains.checkServerTrusted(chain, type, socket);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            if (!isPinned(chain)) {
                chains.checkServerTrusted(chain, type, engine);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            if (!isPinned(chain)) {
                chains.checkServerTrusted(chain, type);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            chains.checkClientTrusted(chain, type, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            chains.checkClientTrusted(chain, type, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            chains.checkClientTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return chains.getAcceptedIssuers();
        }
    }
}
