package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.Sha2Crypt;

/** sha-crypt, as {@code /etc/shadow} has it: {@code $5$} with SHA-256, {@code $6$} with SHA-512. */
final class ShaCrypt implements PasswordHash {

    private static final Pattern SHAPE = Pattern.compile(
            "(?<salt>\\$(?<form>[56])\\$(?:rounds=(?<rounds>[0-9]{1,9})\\$)?[./0-9A-Za-z]{1,16})\\$(?<hash>[./0-9A-Za-z]+)");
    private static final int DEFAULT_ROUNDS = 5_000;

    /** The algorithm takes fewer for this many. */
    private static final int MIN_ROUNDS = 1_000;

    private static final int MAX_ROUNDS = 1_000_000;

    private final String text;
    private final String salt;
    private final boolean sha512;
    private final int rounds;

    ShaCrypt(String text) {
        Matcher shape = SHAPE.matcher(text);
        if (!shape.matches() || shape.group("hash").length() != (text.startsWith("$6$") ? 86 : 43)) {
            throw new IllegalArgumentException("a hash of sha-crypt that is broken or cut off");
        }
        this.text = text;
        this.salt = shape.group("salt");
        this.sha512 = shape.group("form").equals("6");
        String said = shape.group("rounds");
        this.rounds = said == null ? DEFAULT_ROUNDS : Integer.parseInt(said);
        if (rounds < MIN_ROUNDS || rounds > MAX_ROUNDS) {
            throw new IllegalArgumentException(
                    "rounds of sha-crypt are " + MIN_ROUNDS + " to " + MAX_ROUNDS + ", these are " + rounds);
        }
    }

    @Override
    public boolean matches(byte[] password) {
        // Both clear what they are given.
        byte[] key = password.clone();
        String computed = sha512 ? Sha2Crypt.sha512Crypt(key, salt) : Sha2Crypt.sha256Crypt(key, salt);
        return MessageDigest.isEqual(computed.getBytes(US_ASCII), text.getBytes(US_ASCII));
    }

    @Override
    public String label() {
        return "sha-crypt " + (sha512 ? "$6$ " : "$5$ ") + rounds;
    }

    @Override
    public int memory() {
        return 1;
    }

    @Override
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return label();
    }
}
