package dev.packhorse.identity;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.DSAPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.HashMap;
import java.util.Map;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;

/**
 * A file of authorized SSH keys: in each line a user and one key as OpenSSH's {@code authorized_keys} has it,
 * {@code joe ssh-ed25519 AAAA... joe@laptop}. Options in front of a key are refused, since they would limit and nothing here heeds
 * them.
 */
final class SshKeys {

    private static final int MIN_RSA_BITS = 2048;

    private SshKeys() {}

    /** Reads a file: users by the {@link #fingerprint} of their keys. */
    static Map<String, String> read(Path file, byte[] content) throws IOException {
        Map<String, String> users = new HashMap<>();
        new Lines("SSH keys file", file).forEach(content, line -> {
            String[] parts = line.split("[ \t]+", 2);
            String user = Names.check(parts[0]);
            if (parts.length < 2) {
                throw new IllegalArgumentException("a key is written: user ssh-ed25519 AAAA...");
            }
            String other = users.put(fingerprint(key(user, parts[1])), user);
            if (other != null) {
                throw new IllegalArgumentException(
                        other.equals(user)
                                ? "this key of " + user + " is there twice"
                                : "the key of " + user + " is also that of " + other);
            }
        });
        return users;
    }

    private static PublicKey key(String user, String text) {
        AuthorizedKeyEntry entry;
        PublicKey key;
        try {
            entry = AuthorizedKeyEntry.parseAuthorizedKeyEntry(text);
            key = entry == null ? null : entry.resolvePublicKey(null, PublicKeyEntryResolver.FAILING);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new IllegalArgumentException("user " + user + ": no SSH key", e);
        }
        if (entry == null || key == null) {
            throw new IllegalArgumentException("user " + user + ": no SSH key");
        }
        if (!entry.getLoginOptions().isEmpty()) {
            throw new IllegalArgumentException("user " + user + ": options in front of a key are not supported");
        }
        if (key instanceof DSAPublicKey
                || (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS)) {
            throw new IllegalArgumentException("user " + user + ": keys of DSA, and of RSA below " + MIN_RSA_BITS
                    + " bits, are refused as too weak");
        }
        return key;
    }

    /** By which a key is found: {@code SHA256:...}. */
    static String fingerprint(PublicKey key) {
        return KeyUtils.getFingerPrint(key);
    }
}
