package dev.packhorse.identity;

import java.util.regex.Pattern;

/**
 * The hash of a password, as a users file has it. No {@code toString} shows it.
 *
 * <p>What a login costs is written in the hash, and whoever asks for a login makes the gateway pay: costs beyond what anybody needs
 * are refused where the file is read.
 */
sealed interface PasswordHash permits Argon2id, Bcrypt, ShaCrypt {

    /** Longer passwords are wrong without a look: sha-crypt pays for each byte in each round. */
    int MAX_PASSWORD = 512;

    /** Computes the hash of a password, and compares in constant time. */
    boolean matches(byte[] password);

    /** The form and its cost: {@code bcrypt 12}. Hashes with the same label cost the same. */
    String label();

    /** KiB that a computation takes. */
    int memory();

    /** As the file has it. */
    String text();

    /**
     * Reads a hash.
     *
     * @throws IllegalArgumentException saying why it is refused, without any part of it
     */
    static PasswordHash parse(String text) {
        if (text.startsWith("$2a$") || text.startsWith("$2b$") || text.startsWith("$2y$")) {
            return new Bcrypt(text);
        }
        if (text.startsWith("$argon2id$")) {
            return Argon2id.parse(text);
        }
        if (text.startsWith("$5$") || text.startsWith("$6$")) {
            return new ShaCrypt(text);
        }
        throw new IllegalArgumentException(
                weakness(text) + "; hashes are bcrypt ($2b$, $2y$), argon2id or sha-crypt ($5$, $6$)");
    }

    private static String weakness(String text) {
        if (text.startsWith("$apr1$") || text.startsWith("$1$")) {
            return "hashes of MD5 are refused";
        }
        if (text.startsWith("{SHA}") || text.startsWith("{SSHA}")) {
            return "hashes of bare SHA-1 are refused";
        }
        if (text.startsWith("$argon2")) {
            return "of argon2 only argon2id is taken";
        }
        if (text.startsWith("$")) {
            return "a hash of an unknown form";
        }
        if (Pattern.matches("[./0-9A-Za-z]{13}", text)) {
            return "a plain password, or a hash of crypt(3) with DES: refused";
        }
        return "a plain password, or a hash of an unknown form: refused";
    }
}
