package dev.packhorse.store.s3;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The keys with a prefix, page by page, objects and common prefixes in one row, in the order of the service. */
final class Keys {

    private static final int PAGE = 1000;

    /**
     * One of them.
     *
     * @param key the whole key; of a common prefix with its slash
     * @param object what it is; {@code null} for a common prefix
     */
    record Entry(String key, @Nullable S3Object object) {}

    private final Bucket bucket;
    private final String prefix;
    private final boolean deep;
    private final String operation;
    private final FsPath path;
    private Iterator<S3Object> objects = List.<S3Object>of().iterator();
    private Iterator<CommonPrefix> prefixes = List.<CommonPrefix>of().iterator();
    private @Nullable S3Object object;
    private @Nullable CommonPrefix common;
    private @Nullable String token;
    private boolean begun;

    /**
     * Asks for nothing yet.
     *
     * @param deep whether all keys are wanted, or those up to the next slash
     */
    Keys(Bucket bucket, String prefix, boolean deep, String operation, FsPath path) {
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
        S3Object nextObject = object;
        CommonPrefix nextPrefix = common;
        boolean isObject = nextPrefix == null
                || (nextObject != null && FsPath.BYTEWISE.compare(nextObject.key(), nextPrefix.prefix()) <= 0);
        if (isObject && nextObject != null) {
            object = objects.hasNext() ? objects.next() : null;
            return new Entry(nextObject.key(), nextObject);
        }
        common = prefixes.hasNext() ? prefixes.next() : null;
        return nextPrefix == null ? null : new Entry(nextPrefix.prefix(), null);
    }

    private void read() throws FsException {
        ListObjectsV2Response page = bucket.list(prefix, token, deep, PAGE, operation, path);
        begun = true;
        token = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
        objects = page.contents().iterator();
        prefixes = page.commonPrefixes().iterator();
        object = objects.hasNext() ? objects.next() : null;
        common = prefixes.hasNext() ? prefixes.next() : null;
    }
}
