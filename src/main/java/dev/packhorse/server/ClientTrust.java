package dev.packhorse.server;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** By whom client certificates have to be signed, and which of them are revoked. Nothing is fetched from anywhere. */
final class ClientTrust {

    private static final Logger LOG = Logger.getLogger(ClientTrust.class);

    private ClientTrust() {}

    /** Reads it; what is wrong is said in one line that begins with the file. */
    static TrustManagerFactory load(Path ca, @Nullable Path revocations) throws IOException {
        Set<TrustAnchor> anchors = new HashSet<>();
        for (X509Certificate each : TlsFiles.certificates(ca)) {
            anchors.add(new TrustAnchor(each, null));
        }
        List<X509CRL> lists = revocations == null ? List.of() : TlsFiles.revocations(revocations);
        try {
            PKIXBuilderParameters rules = new PKIXBuilderParameters(anchors, new X509CertSelector());
            rules.setRevocationEnabled(revocations != null);
            if (revocations != null) {
                rules.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
                PKIXRevocationChecker checker = (PKIXRevocationChecker)
                        CertPathBuilder.getInstance("PKIX").getRevocationChecker();
                checker.setOptions(
                        EnumSet.of(PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
                rules.addCertPathChecker(checker);
                warnOfAge(revocations, lists);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(new CertPathTrustManagerParameters(rules));
            return trust;
        } catch (GeneralSecurityException e) {
            throw new IOException(ca + " cannot be used to verify clients", e);
        }
    }

    private static void warnOfAge(Path file, List<X509CRL> lists) {
        for (X509CRL each : lists) {
            if (each.getNextUpdate() != null && each.getNextUpdate().toInstant().isBefore(Instant.now())) {
                LOG.warnf("a list of revoked client certificates is too old: nobody gets in by them file=%s", file);
            }
        }
    }
}
