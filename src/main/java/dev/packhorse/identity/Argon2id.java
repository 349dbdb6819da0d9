package dev.packhorse.identity;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/** argon2id, version 19, as the PHC string format has it: {@code $argon2id$v=19$m=KiB,t=passes,p=lanes$salt$hash}. */
final class Argon2id implements PasswordHash {

    private static final Pattern SHAPE = Pattern.compile(
            "\\$argon2id\\$v=19\\$m=([0-9]{1,9}),t=([0-9]{1,9}),p=([0-9]{1,9})\\$([0-9A-Za-z+/]{11,86})\\$([0-9A-Za-z+/]{22,86})");

    /** KiB. */
    private static final int MAX_MEMORY = 256 * 1024;

    private static final int MAX_PASSES = 16;
    private static final int MAX_LANES = 16;

    /**
     * Of new hashes: the least that OWASP's cheat sheet on password storage asks of argon2id. Takes 45 ms of a core where bcrypt of
     * cost 12 takes 240, and costs more to guess, since each guess needs the memory too.
     */
    private static final int NEW_MEMORY = 19 * 1024;

    private static final int NEW_PASSES = 2;
    private static final int NEW_LANES = 1;

    private final String text;
    private final int memory;
    private final int passes;
    private final int lanes;
    private final byte[] salt;
    private final byte[] hash;

    private Argon2id(String text, int memory, int passes, int lanes, byte[] salt, byte[] hash) {
        this.text = text;
        this.memory = memory;
        this.passes = passes;
        this.lanes = lanes;
        this.salt = salt;
        this.hash = hash;
    }

    /** Reads one, as {@link PasswordHash#parse}. */
    static Argon2id parse(String text) {
        Matcher shape = SHAPE.matcher(text);
        if (!shape.matches()) {
            throw new IllegalArgumentException("a hash of argon2id that is broken, cut off, or not of version 19");
        }
        int memory = Integer.parseInt(shape.group(1));
        int passes = within("passes (t)", 1, MAX_PASSES, shape.group(2));
        int lanes = within("lanes (p)", 1, MAX_LANES, shape.group(3));
        if (memory < 8 * lanes || memory > MAX_MEMORY) {
            throw new IllegalArgumentException(
                    "the memory (m) of argon2id is 8 KiB a lane to " + MAX_MEMORY + " KiB, this is " + memory);
        }
        try {
            Base64.Decoder base64 = Base64.getDecoder();
            byte[] salt = base64.decode(shape.group(4));
            return new Argon2id(text, memory, passes, lanes, salt, base64.decode(shape.group(5)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a hash of argon2id that is broken or cut off", e);
        }
    }

    /** A new hash of a password, with a salt of its own. */
    static Argon2id of(byte[] password) {
        byte[] salt = new byte[16];
        new SecureRandom().nextBytes(salt);
        byte[] hash = compute(password, salt, NEW_MEMORY, NEW_PASSES, NEW_LANES, 32);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return parse("$argon2id$v=19$m=" + NEW_MEMORY + ",t=" + NEW_PASSES + ",p=" + NEW_LANES + "$"
                + base64.encodeToString(salt) + "$" + base64.encodeToString(hash));
    }

    private static int within(String what, int least, int most, String digits) {
        int value = Integer.parseInt(digits);
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "the " + what + " of argon2id are " + least + " to " + most + ", these are " + value);
        }
        return value;
    }

    @Override
    public boolean matches(byte[] password) {
        return MessageDigest.isEqual(compute(password, salt, memory, passes, lanes, hash.length), hash);
    }

    private static byte[] compute(byte[] password, byte[] salt, int memory, int passes, int lanes, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(memory)
                .withIterations(passes)
                .withParallelism(lanes)
                .withSalt(salt)
                .build());
        byte[] hash = new byte[length];
        generator.generateBytes(password, hash);
        return hash;
    }

    @Override
    public String label() {
        return "argon2id m=" + memory + ",t=" + passes + ",p=" + lanes;
    }

    @Override
    public int memory() {
        return memory;
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
