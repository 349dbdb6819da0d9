package dev.packhorse.server;

import java.security.cert.X509Certificate;
import java.util.List;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Whom a certificate names: the common name (CN) of its subject. */
final class CertificateName {

    /** X.520 allows 64 characters; some authorities take more. */
    private static final int MAX_LENGTH = 256;

    /** What the JDK makes of a letter that is not in UTF-8: of different ones the same. */
    private static final char UNREADABLE = '\ufffd';

    private CertificateName() {}

    static @Nullable String of(X509Certificate certificate) {
        return of(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253));
    }

    /**
     * The most specific common name of a subject as RFC 2253 writes it; {@code null} if there is none, if what should be one name are
     * several, if it is no text in UTF-8 or ASCII, or a text that no user could be called: empty, too long, with control characters or
     * surrounding blanks.
     */
    static @Nullable String of(String subject) {
        try {
            List<Rdn> parts = new LdapName(subject).getRdns();
            for (int i = parts.size() - 1; i >= 0; i--) {
                Attribute name = parts.get(i).toAttributes().get("CN");
                if (name != null) {
                    return usable(name);
                }
            }
        } catch (NamingException | RuntimeException e) {
            // The parser of the JDK lets one of these out for some texts that are none.
            return null;
        }
        return null;
    }

    private static @Nullable String usable(Attribute name) throws NamingException {
        NamingEnumeration<?> values = name.getAll();
        Object first = values.next();
        if (values.hasMore() || !(first instanceof String text)) {
            return null;
        }
        boolean plain = !text.isEmpty()
                && text.length() <= MAX_LENGTH
                && text.strip().equals(text)
                && text.indexOf(UNREADABLE) < 0
                && text.codePoints().noneMatch(CertificateName::isInvisible);
        return plain ? text : null;
    }

    private static boolean isInvisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
