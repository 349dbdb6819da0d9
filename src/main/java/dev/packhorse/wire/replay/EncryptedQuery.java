package dev.packhorse.wire.replay;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A query as devices since software 4.3 want it, opened: when it was sealed, by the sender's clock, and what it says.
 *
 * <p>INTEROP section 4. The envelope is {@code Head(8) MD5(16) Cipher(8 + n)}; the cipher text holds MAGIC, the time in seconds and
 * the query of {@code n} bytes. On the wire it is hexadecimal.
 */
public final class EncryptedQuery {

    /** Name of the one parameter of an encrypted query, with its equals sign. */
    public static final String PREFIX = "__Q_=";

    /** How far the clocks of client and device may differ. */
    public static final Duration TOLERANCE = Duration.ofSeconds(40);

    private static final int MAGIC = 0x42FFDFA9;
    private static final int MASK = 0xCB0BAF47;
    private static final int MULTIPLIER = 0xB8F7;
    private static final int INCREMENT = 0x15BB9;
    private static final int HEAD = 8;
    private static final int DIGEST = 16;
    private static final int CIPHER = HEAD + DIGEST;
    private static final int LEAD = 8;

    /** Sixty-four constant bytes. The service's other protocol, RDDNS, has others. */
    private static final byte[] SALT = HexFormat.of()
            .parseHex("da765cd434c3d72cac40b8d859bc5934aabf89bd85e84027782b186ea66e5ac6"
                    + "dae3868440142a234f5d385e7fd9737de4803d212841f1b296432bcc0c9d26b9");

    private final Instant sealed;
    private final byte[] query;

    EncryptedQuery(Instant sealed, byte[] query) {
        this.sealed = sealed;
        this.query = query;
    }

    /** When it was sealed, in whole seconds. */
    public Instant sealed() {
        return sealed;
    }

    /** The bytes that would follow the {@code ?} of a plain request. */
    public byte[] query() {
        return query.clone();
    }

    /**
     * Seals a query.
     *
     * @param query what would follow the {@code ?} of a plain request
     * @param now the time by the clock of the device, which refuses one further off than {@link #TOLERANCE}
     * @param key any number: it travels with the query
     * @param junk any number: it fills the head
     * @return {@code __Q_=} and lower-case hexadecimal digits
     * @throws IllegalArgumentException for a time that does not fit into 32 bits of seconds
     */
    public static String seal(byte[] query, Instant now, int key, int junk) {
        return seal(query, now, key, junk, SALT);
    }

    static String seal(byte[] query, Instant now, int key, int junk, byte[] salt) {
        long seconds = now.getEpochSecond();
        if (seconds < 0 || seconds >>> Integer.SIZE != 0) {
            throw new IllegalArgumentException("time out of range");
        }
        byte[] sealed = new byte[CIPHER + LEAD + query.length];
        ByteBuffer.wrap(sealed)
                .position(CIPHER)
                .putInt(MAGIC)
                .putInt((int) seconds)
                .put(query);
        apply(key, sealed);
        int w = key ^ MASK;
        byte[] head = {
            octet(junk, 3),
            octet(w, 2),
            octet(w, 0),
            octet(junk, 2),
            octet(w, 1),
            octet(junk, 1),
            octet(junk, 0),
            octet(w, 3)
        };
        System.arraycopy(head, 0, sealed, 0, HEAD);
        System.arraycopy(digest(sealed, salt), 0, sealed, HEAD, DIGEST);
        return PREFIX + HexFormat.of().formatHex(sealed);
    }

    /**
     * Opens an envelope. Whether its time is near enough is for the caller to decide.
     *
     * @param hex what follows {@link #PREFIX}, in either case
     * @throws IllegalArgumentException if this is no envelope, or a damaged one
     */
    public static EncryptedQuery open(String hex) {
        return open(hex, SALT);
    }

    static EncryptedQuery open(String hex, byte[] salt) {
        byte[] sealed = HexFormat.of().parseHex(hex);
        if (sealed.length < CIPHER + LEAD) {
            throw new IllegalArgumentException("too short for an encrypted query");
        }
        if (!Arrays.equals(digest(sealed, salt), 0, DIGEST, sealed, HEAD, CIPHER)) {
            throw new IllegalArgumentException("the checksum of the encrypted query is wrong");
        }
        int w = ByteBuffer.wrap(new byte[] {sealed[2], sealed[4], sealed[1], sealed[7]})
                .getInt();
        apply(w ^ MASK, sealed);
        ByteBuffer body = ByteBuffer.wrap(sealed).position(CIPHER);
        if (body.getInt() != MAGIC) {
            throw new IllegalArgumentException("the encrypted query does not begin as it must");
        }
        Instant time = Instant.ofEpochSecond(Integer.toUnsignedLong(body.getInt()));
        return new EncryptedQuery(time, Arrays.copyOfRange(sealed, CIPHER + LEAD, sealed.length));
    }

    /** Whether the sender's clock is near enough to ours. */
    public boolean isFresh(Instant now) {
        return Duration.between(sealed, now).abs().compareTo(TOLERANCE) <= 0;
    }

    /** Octet {@code index} of a number, the most significant first. */
    private static byte octet(int number, int index) {
        return (byte) (number >>> ((3 - index) * Byte.SIZE));
    }

    /** Encrypts or decrypts in place. */
    private static void apply(int key, byte[] sealed) {
        int k = key;
        for (int i = CIPHER; i < sealed.length; i++) {
            k = k * MULTIPLIER + INCREMENT;
            sealed[i] ^= (byte) k;
        }
    }

    private static byte[] digest(byte[] sealed, byte[] salt) {
        try {
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            md5.update(sealed, CIPHER, sealed.length - CIPHER);
            return md5.digest(salt);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EncryptedQuery that && sealed.equals(that.sealed) && Arrays.equals(query, that.query);
    }

    @Override
    public int hashCode() {
        return 31 * sealed.hashCode() + Arrays.hashCode(query);
    }

    @Override
    public String toString() {
        return "EncryptedQuery[" + sealed + ", " + query.length + " bytes]";
    }
}
