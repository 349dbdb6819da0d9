package dev.packhorse.store.object;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bucket, or what of it is below a prefix: paths become keys, and failures of the service {@link FsException}s.
 *
 * <p>The key of a file is its path without the first slash, below the prefix; the key of a directory's marker ends with a slash.
 * Every method may block and may be called from many threads; {@code operation} and {@code path} are what a failure names.
 */
public abstract class ObjectBucket {

    /** The limit of both services, in bytes of UTF-8. */
    private static final int LONGEST_KEY = 1024;

    private final String prefix;

    /**
     * A part of a bucket.
     *
     * @param prefix empty, or ending with a slash
     */
    protected ObjectBucket(String prefix) {
        this.prefix = prefix;
    }

    /**
     * A prefix as it is configured, as keys begin with it.
     *
     * @param text segments separated by slashes, those at the ends do not count; empty for the whole bucket
     * @throws IllegalArgumentException if no path can be like that
     */
    public static String prefix(String text) {
        try {
            FsPath path = FsPath.parse("/" + text);
            return path.isRoot() ? "" : path.toString().substring(1) + "/";
        } catch (FsException e) {
            throw new IllegalArgumentException("the prefix '" + text + "' is refused", e);
        }
    }

    /**
     * The key of a file or symlink.
     *
     * @throws FsException {@code INVALID_NAME} for one that is too long
     */
    public final String key(FsPath path, String operation) throws FsException {
        return checked(prefix + path.toString().substring(1), operation, path);
    }

    /** The key of a directory's marker, which all keys below it start with; may be empty for the root. */
    public final String directoryKey(FsPath path, String operation) throws FsException {
        return path.isRoot() ? prefix : checked(prefix + path.toString().substring(1) + "/", operation, path);
    }

    private static String checked(String key, String operation, FsPath path) throws FsException {
        if (key.length() > LONGEST_KEY / 3 && key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
            throw new FsException(Kind.INVALID_NAME, operation, path);
        }
        return key;
    }

    /**
     * One page of a listing, in the order of the service, which is bytewise.
     *
     * @param objects those with their own keys
     * @param prefixes what several keys have in common up to the next slash, with it
     * @param token where the next page begins; {@code null} behind the last
     */
    public record Page(
            List<Stored> objects,
            List<String> prefixes,
            @Nullable String token) {}

    /**
     * One page of keys.
     *
     * @param keys what they begin with
     * @param token where the page before ended, or {@code null} for the first
     * @param deep whether keys below further slashes are listed one by one, or as one common prefix
     * @param most keys wanted, 1 to 1,000
     */
    public abstract Page list(
            String keys, @Nullable String token, boolean deep, int most, String operation, FsPath path)
            throws FsException;

    /** What is known of an object; {@code null} if there is none. */
    public abstract @Nullable Stored head(String key, String operation, FsPath path) throws FsException;

    /** As {@link #head}, of an object that a listing has shown; asks only if the listing has left something out. */
    public abstract @Nullable Stored completed(Stored listed, String operation, FsPath path) throws FsException;

    /** The first {@link FsPath#MAX_BYTES} bytes of an object, as UTF-8. */
    public abstract String text(String key, String operation, FsPath path) throws FsException;

    /** Puts the marker of a directory. */
    public abstract void mark(FsPath directory, Map<String, String> metadata, String operation) throws FsException;

    /**
     * Deletes a key; one that is not there is no failure.
     *
     * @throws FsException {@code PRECONDITION_FAILED} if the condition does not hold
     */
    public abstract void delete(String key, Condition condition, String operation, FsPath path) throws FsException;

    /** Deletes keys, up to {@link #batch}. One that is not there is no failure. */
    public abstract void delete(List<String> keys, String operation, FsPath path) throws FsException;

    /** Most keys that one request deletes. */
    public abstract int batch();

    /** Tells whether the service checks a {@link Condition} in one step with a write. */
    public abstract boolean isConditional();

    /** What one version of an object, and nothing else, fulfils; none for a service that checks none. */
    final Condition only(Found found) {
        return isConditional() && found.stored() != null ? Condition.same(found) : Condition.NONE;
    }
}
