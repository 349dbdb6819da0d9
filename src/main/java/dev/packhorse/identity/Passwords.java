package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Checks passwords against their hashes.
 *
 * <p>A client of HTTP shows its password in each request, and a hash costs 50 to 500 ms. So a password that was right is remembered
 * for {@value #MEMORY_SECONDS} seconds: as an HMAC, under a key that this process has made up, of user, password and stored hash. A
 * user that is gone is not looked for in it, and a hash that has changed is another entry: neither waits for the end of the time.
 * Wrong passwords are not remembered.
 *
 * <p>For a user that is not there, or has no password, the most common kind of hash of the file is computed all the same, as often
 * as for one that is there.
 */
final class Passwords {

    private static final int MEMORY_SECONDS = 60;
    private static final int MEMORY_ENTRIES = 10_000;
    private static final String HMAC = "HmacSHA256";

    /** What a check has come to. */
    enum Result {
        RIGHT,
        WRONG,
        /** Nothing has been computed: too many wait, or the caller has no right to it any more. */
        NOT_NOW
    }

    private final HashWork work;
    private final SecretKeySpec key;
    private final Cache<ByteBuffer, Boolean> memory;
    private final LongAdder computed = new LongAdder();

    Passwords(HashWork work, InstantSource clock) {
        this.work = work;
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        key = new SecretKeySpec(random, HMAC);
        memory = Caffeine.newBuilder()
                .maximumSize(MEMORY_ENTRIES)
                .expireAfterWrite(Duration.ofSeconds(MEMORY_SECONDS))
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    /** Hashes computed until now. */
    long computed() {
        return computed.sum();
    }

    /**
     * Checks a password.
     *
     * @param user {@code null} for a name that nobody has
     * @param decoy what is computed where there is nothing to compare with
     * @param passwords the readings of what was shown, tried in order; usually one
     * @param address who asks, as {@link Addresses#key}
     * @param mayStill asked again when it is this one's turn: while it waited others may have been wrong too often
     */
    Result check(
            @Nullable User user,
            @Nullable PasswordHash decoy,
            List<byte[]> passwords,
            String address,
            BooleanSupplier mayStill) {
        PasswordHash stored = user == null ? null : user.password();
        PasswordHash hash = stored == null ? decoy : stored;
        if (hash == null || passwords.stream().anyMatch(each -> each.length > PasswordHash.MAX_PASSWORD)) {
            return Result.WRONG;
        }
        User real = stored == null ? null : user;
        if (real != null && remembers(real, hash, passwords)) {
            return Result.RIGHT;
        }
        try (HashWork.Place place = work.enter(hash.memory(), address)) {
            if (place == null || !mayStill.getAsBoolean()) {
                return Result.NOT_NOW;
            }
            // Another request of the same client may have been at it.
            if (real != null && remembers(real, hash, passwords)) {
                return Result.RIGHT;
            }
            return compute(real, hash, passwords);
        }
    }

    private Result compute(@Nullable User user, PasswordHash hash, List<byte[]> passwords) {
        for (byte[] password : passwords) {
            computed.increment();
            if (hash.matches(password) && user != null) {
                memory.put(mark(user, hash, password), true);
                return Result.RIGHT;
            }
        }
        return Result.WRONG;
    }

    private boolean remembers(User user, PasswordHash hash, List<byte[]> passwords) {
        return passwords.stream().anyMatch(each -> memory.getIfPresent(mark(user, hash, each)) != null);
    }

    private ByteBuffer mark(User user, PasswordHash hash, byte[] password) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            mac.update((user.name() + '\n' + hash.text() + '\n').getBytes(UTF_8));
            return ByteBuffer.wrap(mac.doFinal(password));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }
}
