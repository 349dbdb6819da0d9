package dev.packhorse.store.object;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys with a prefix, page by page, objects and common prefixes in one row, in the order of the service. */
final class Keys {

    private static final int PAGE = 1000;

    /**
     * One of them.
     *
     * @param key the whole key; of a common prefix with its slash
     * @param object what it is; {@code null} for a common prefix
     */
    record Entry(String key, @Nullable Stored object) {}

    private final ObjectBucket bucket;
    private final String prefix;
    private final boolean deep;
    private final String operation;
    private final FsPath path;
    private Iterator<Stored> objects = List.<Stored>of().iterator();
    private Iterator<String> prefixes = List.<String>of().iterator();
    private @Nullable Stored object;
    private @Nullable String common;
    private @Nullable String token;
    private boolean begun;

    /**
     * Asks for nothing yet.
     *
     * @param deep whether all keys are wanted, or those up to the next slash
     */
    Keys(ObjectBucket bucket, String prefix, boolean deep, String operation, FsPath path) {
        this.bucket = bucket;
        this.prefix = prefix;
        this.deep = deep;
        this.operation = operation;
        this.path = path;
    }

    /** The next, or {@code null} behind the last. */
    @Nullable
    Entry next() throws FsException {
        while (object == null && common == null) {
            if (begun && token == null) {
                return null;
            }
            read();
        }
        Stored nextObject = object;
        String nextPrefix = common;
        boolean isObject = nextPrefix == null
                || (nextObject != null && FsPath.BYTEWISE.compare(nextObject.key(), nextPrefix) <= 0);
        if (isObject && nextObject != null) {
            object = objects.hasNext() ? objects.next() : null;
            return new Entry(nextObject.key(), nextObject);
        }
        common = prefixes.hasNext() ? prefixes.next() : null;
        return nextPrefix == null ? null : new Entry(nextPrefix, null);
    }

    private void read() throws FsException {
        ObjectBucket.Page page = bucket.list(prefix, token, deep, PAGE, operation, path);
        begun = true;
        token = page.token();
        objects = page.objects().iterator();
        prefixes = page.prefixes().iterator();
        object = objects.hasNext() ? objects.next() : null;
        common = prefixes.hasNext() ? prefixes.next() : null;
    }
}
