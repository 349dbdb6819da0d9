package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A line of the keys file: {@code id hash owner rights exports expiry}, divided by blanks.
 *
 * <p>The hash is bare SHA-256 in hex: what is hashed are 256 random bits, so that nobody can try them through and a slow hash would
 * protect nothing, but cost something in each request. Rights are as in {@link Right#parse}. Exports are paths divided by commas, or
 * {@code *} for all. The expiry is {@code never} or an instant, {@code 2027-01-31T00:00:00Z}.
 *
 * @param id by which it is found; not secret
 * @param owner whose groups it has
 * @param hash of the secret part, in hexadecimal digits
 * @param scope what it is limited to; {@code null} for nothing
 * @param expires when it ends; {@code null} for never
 */
record ApiKey(
        String id,
        String owner,
        String hash,
        Caller.@Nullable Scope scope,
        @Nullable Instant expires) {

    /** What every key begins with: {@code ph_<id>_<secret>}. Scanners for leaked keys look for such a mark. */
    private static final String MARK = "ph_";

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern BLANKS = Pattern.compile("[ \t]+");
    private static final String ALL = "*";
    private static final String NEVER = "never";

    /** Compared with where no key has the id. */
    private static final String NO_HASH = "0".repeat(64);

    /** A key that has just been made, with the text that is shown once. */
    record Made(ApiKey key, String text) {

        @Override
        public String toString() {
            return key.toString();
        }
    }

    /** Makes a key with a new secret. */
    static Made make(String id, String owner, Caller.@Nullable Scope scope, @Nullable Instant expires) {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        return new Made(new ApiKey(checkId(id), owner, digest(secret), scope, expires), MARK + id + "_" + secret);
    }

    /** An id for a key that nobody has named: 40 random bits. */
    static String randomId() {
        byte[] random = new byte[5];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /**
     * Finds the key that somebody shows.
     *
     * @return {@code null} for anything that is none of them
     */
    static @Nullable ApiKey find(Map<String, ApiKey> keys, String shown) {
        int end = shown.indexOf('_', MARK.length());
        boolean marked = shown.startsWith(MARK) && end > 0;
        ApiKey key = marked ? keys.get(shown.substring(MARK.length(), end)) : null;
        String digest = digest(marked ? shown.substring(end + 1) : shown);
        String stored = key == null ? NO_HASH : key.hash();
        return MessageDigest.isEqual(digest.getBytes(ISO_8859_1), stored.getBytes(ISO_8859_1)) ? key : null;
    }

    /** Whether it has ended. */
    boolean expired(Instant now) {
        return expires != null && !now.isBefore(expires);
    }

    /** Reads a keys file: the keys by id, in its order. */
    static Map<String, ApiKey> read(Path file, byte[] content) throws IOException {
        Map<String, ApiKey> keys = new LinkedHashMap<>();
        new Lines("keys file", file).forEach(content, line -> {
            ApiKey key = parse(line);
            if (keys.put(key.id(), key) != null) {
                throw new IllegalArgumentException("key " + key.id() + " is there twice");
            }
        });
        return keys;
    }

    private static ApiKey parse(String line) {
        String[] fields = BLANKS.split(line, -1);
        if (fields.length != 6) {
            throw new IllegalArgumentException("a key is written: id hash owner rights exports expiry");
        }
        String id = checkId(fields[0]);
        try {
            if (!HASH.matcher(fields[1]).matches()) {
                throw new IllegalArgumentException("the hash is not SHA-256 in 64 hexadecimal digits");
            }
            return new ApiKey(
                    id,
                    Names.check(fields[2]),
                    fields[1],
                    scope(rights(fields[3]), exports(fields[4])),
                    expiry(fields[5]));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("key " + id + ": " + e.getMessage(), e);
        }
    }

    private static String checkId(String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("the id of a key is up to 32 small letters, digits and -");
        }
        return id;
    }

    /** A scope, {@code null} if it limits nothing. */
    static Caller.@Nullable Scope scope(Set<Right> rights, Set<String> exports) {
        return rights.equals(Right.ALL) && exports.isEmpty() ? null : new Caller.Scope(rights, exports);
    }

    private static Set<Right> rights(String text) {
        try {
            return Right.parse(text);
        } catch (IllegalArgumentException e) {
            // Its own message repeats the text, which in a line with its fields out of order may be anything.
            throw new IllegalArgumentException(
                    "the rights are r, w, rw, none, or read, list, write, delete, metadata joined by +", e);
        }
    }

    private static Set<String> exports(String text) {
        Set<String> exports = new LinkedHashSet<>();
        if (!text.equals(ALL)) {
            for (String each : text.split(",", -1)) {
                exports.add(export(each));
            }
        }
        return exports;
    }

    /**
     * The path of an export, normalised.
     *
     * @throws IllegalArgumentException for one that is none, or that has a blank or a comma, which end it in the file
     */
    static String export(String text) {
        try {
            if (!text.startsWith("/")
                    || text.indexOf(',') >= 0
                    || BLANKS.matcher(text).find()) {
                throw new IllegalArgumentException("an export is a path, /photos, without commas and blanks");
            }
            return FsPath.parse(text).toString();
        } catch (FsException e) {
            throw new IllegalArgumentException("an export is a path, /photos", e);
        }
    }

    private static @Nullable Instant expiry(String text) {
        try {
            return text.equals(NEVER) ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("the expiry is never, or an instant like 2027-01-31T00:00:00Z", e);
        }
    }

    /** The line. */
    String line() {
        return String.join(" ", id, hash, owner, rightsText(), exportsText(), expiryText());
    }

    String rightsText() {
        Set<Right> rights = scope == null ? Right.ALL : scope.rights();
        if (rights.isEmpty()) {
            return "none";
        }
        for (String word : new String[] {"rw", "r", "w"}) {
            if (rights.equals(Right.parse(word))) {
                return word;
            }
        }
        return new TreeSet<>(rights).stream().map(Right::word).collect(Collectors.joining("+"));
    }

    String exportsText() {
        return scope == null || scope.exports().isEmpty() ? ALL : String.join(",", new TreeSet<>(scope.exports()));
    }

    String expiryText() {
        return expires == null ? NEVER : expires.toString();
    }

    private static String digest(String secret) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "key " + id + " of " + owner;
    }
}
