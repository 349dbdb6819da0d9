package dev.packhorse.store.gcs;

import com.google.cloud.ReadChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.Storage.BlobSourceOption;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.StorageBatch;
import com.google.cloud.storage.StorageBatchResult;
import com.google.cloud.storage.StorageClass;
import com.google.cloud.storage.StorageException;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.object.Condition;
import dev.packhorse.store.object.Headers;
import dev.packhorse.store.object.Metadata;
import dev.packhorse.store.object.ObjectBucket;
import dev.packhorse.store.object.Stored;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A bucket of the service, by Google's client.
 *
 * <p>A copy has another generation than its source, but the same content: it carries the tag of its source in its metadata
 * ({@value #TAG}), so that the ETag stays when a file is moved. A new content never carries one.
 */
final class GcsBucket extends ObjectBucket {

    /** The name of the metadata that holds the tag of a copy. */
    static final String TAG = "packhorse-etag";

    /** Most calls in one batch (JSON API, "Batch requests"). */
    private static final int BATCH = 100;

    private static final int READ_BUFFER = 64 * 1024;

    private static final BlobField[] FIELDS = {
        BlobField.NAME,
        BlobField.BUCKET,
        BlobField.SIZE,
        BlobField.GENERATION,
        BlobField.METAGENERATION,
        BlobField.TIME_CREATED,
        BlobField.CONTENT_TYPE,
        BlobField.METADATA,
        BlobField.CACHE_CONTROL,
        BlobField.CONTENT_DISPOSITION,
        BlobField.CONTENT_ENCODING,
        BlobField.CONTENT_LANGUAGE,
        BlobField.STORAGE_CLASS
    };

    private static final BlobField[] WITH_CHECKSUM =
            Stream.concat(Arrays.stream(FIELDS), Stream.of(BlobField.CRC32C)).toArray(BlobField[]::new);

    private final Storage storage;
    private final String name;

    /**
     * A part of a bucket.
     *
     * @param prefix empty, or ending with a slash
     */
    GcsBucket(Storage storage, String name, String prefix) {
        super(prefix);
        this.storage = storage;
        this.name = name;
    }

    /** Sends any request. */
    <T extends @Nullable Object> T send(String operation, FsPath path, Function<Storage, T> request)
            throws FsException {
        try {
            return request.apply(storage);
        } catch (StorageException e) {
            throw GcsErrors.of(e, operation, path);
        }
    }

    /** What the service is to know of an object. */
    BlobInfo info(String key, Headers headers, Stored.Served served) {
        BlobInfo.Builder info = BlobInfo.newBuilder(/* bucket= */ name, /* name= */ key)
                .setContentType(headers.contentType())
                .setMetadata(headers.metadata())
                .setCacheControl(served.cacheControl())
                .setContentDisposition(served.disposition())
                .setContentEncoding(served.encoding())
                .setContentLanguage(served.language());
        if (served.storageClass() != null) {
            info.setStorageClass(StorageClass.valueOf(served.storageClass()));
        }
        return info.build();
    }

    /** What the service says of an object. */
    static Stored stored(BlobInfo blob) {
        Version version = Version.of(blob);
        Map<String, String> metadata = new HashMap<>();
        if (blob.getMetadata() != null) {
            blob.getMetadata().forEach((key, value) -> {
                if (value != null) {
                    metadata.put(key, value);
                }
            });
        }
        return new Stored(
                blob.getName(),
                blob.getSize() == null ? 0 : blob.getSize(),
                version.text(),
                metadata.getOrDefault(TAG, Long.toString(version.generation())),
                blob.getCreateTimeOffsetDateTime() == null
                        ? Instant.EPOCH
                        : blob.getCreateTimeOffsetDateTime().toInstant(),
                blob.getContentType(),
                metadata,
                new Stored.Served(
                        blob.getCacheControl(),
                        blob.getContentDisposition(),
                        blob.getContentEncoding(),
                        blob.getContentLanguage(),
                        blob.getStorageClass() == null
                                ? null
                                : blob.getStorageClass().name()));
    }

    BlobId id(String key) {
        return BlobId.of(/* bucket= */ name, /* name= */ key);
    }

    BlobId id(String key, long generation) {
        return BlobId.of(/* bucket= */ name, /* name= */ key, generation);
    }

    @Override
    public Page list(String keys, @Nullable String token, boolean deep, int most, String operation, FsPath path)
            throws FsException {
        List<BlobListOption> options = new ArrayList<>(
                List.of(BlobListOption.prefix(keys), BlobListOption.pageSize(most), BlobListOption.fields(FIELDS)));
        if (token != null) {
            options.add(BlobListOption.pageToken(token));
        }
        if (!deep) {
            options.add(BlobListOption.delimiter("/"));
            options.add(BlobListOption.includeTrailingDelimiter());
        }
        com.google.api.gax.paging.Page<Blob> page =
                send(operation, path, client -> client.list(name, options.toArray(BlobListOption[]::new)));
        List<Stored> objects = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        for (Blob blob : page.getValues()) {
            if (blob.isDirectory()) {
                prefixes.add(blob.getName());
            } else {
                objects.add(stored(blob));
            }
        }
        String next = page.getNextPageToken();
        return new Page(objects, prefixes, next == null || next.isEmpty() ? null : next);
    }

    @Override
    public @Nullable Stored head(String key, String operation, FsPath path) throws FsException {
        Blob blob =
                this.<@Nullable Blob>send(operation, path, client -> client.get(id(key), BlobGetOption.fields(FIELDS)));
        return blob == null ? null : stored(blob);
    }

    /**
     * What is known of an object with a content that has just been written; {@code null} if another one is there by now.
     *
     * @param checksum CRC32C of the content
     */
    @Nullable
    Stored made(String key, long size, int checksum, String operation, FsPath path) throws FsException {
        Blob blob = this.<@Nullable Blob>send(
                operation, path, client -> client.get(id(key), BlobGetOption.fields(WITH_CHECKSUM)));
        String expected = Base64.getEncoder()
                .encodeToString(
                        ByteBuffer.allocate(Integer.BYTES).putInt(checksum).array());
        return blob == null || blob.getSize() != size || !expected.equals(blob.getCrc32c()) ? null : stored(blob);
    }

    /** Listings of GCS tell everything. */
    @Override
    public Stored completed(Stored listed, String operation, FsPath path) {
        return listed;
    }

    /**
     * Opens a part of one generation of an object, with the first byte that is read.
     *
     * <p>The bytes are those that are kept, whatever {@code Content-Encoding} says of them: otherwise the service may unpack them, and
     * their number would not be the size.
     */
    InputStream open(String key, long generation, ByteRange range) throws IOException {
        ReadChannel channel = storage.reader(id(key, generation), BlobSourceOption.shouldReturnRawInputStream(true));
        channel.setChunkSize(READ_BUFFER);
        channel.seek(range.offset());
        channel.limit(range.end());
        return Channels.newInputStream(channel);
    }

    @Override
    public String text(String key, String operation, FsPath path) throws FsException {
        byte[] bytes = send(
                operation,
                path,
                client -> client.readAllBytes(id(key), BlobSourceOption.shouldReturnRawInputStream(true)));
        return new String(bytes, 0, Math.min(bytes.length, FsPath.MAX_BYTES), StandardCharsets.UTF_8);
    }

    /** Puts an object whole. */
    Stored put(
            String key, byte[] bytes, int length, Headers headers, Condition condition, String operation, FsPath path)
            throws FsException {
        return stored(send(
                operation,
                path,
                client -> client.create(info(key, headers, Stored.Served.NONE), bytes, 0, length, target(condition))));
    }

    /** A condition of a write. */
    static BlobTargetOption[] target(Condition condition) {
        if (condition.absent()) {
            return new BlobTargetOption[] {BlobTargetOption.doesNotExist()};
        }
        Version version = Version.of(condition);
        return version == null
                ? new BlobTargetOption[0]
                : new BlobTargetOption[] {
                    BlobTargetOption.generationMatch(version.generation()),
                    BlobTargetOption.metagenerationMatch(version.metageneration())
                };
    }

    /** A condition for what is read or deleted. */
    static BlobSourceOption[] source(@Nullable Version version) {
        return version == null
                ? new BlobSourceOption[0]
                : new BlobSourceOption[] {
                    BlobSourceOption.generationMatch(version.generation()),
                    BlobSourceOption.metagenerationMatch(version.metageneration())
                };
    }

    @Override
    public void mark(FsPath directory, Map<String, String> metadata, String operation) throws FsException {
        put(
                directoryKey(directory, operation),
                new byte[0],
                0,
                new Headers(Metadata.DIRECTORY, metadata),
                Condition.NONE,
                operation,
                directory);
    }

    @Override
    public void delete(String key, Condition condition, String operation, FsPath path) throws FsException {
        Version version = Version.of(condition);
        send(operation, path, client -> client.delete(id(key), source(version)));
    }

    /** The client sends a batch once; what it answers that may pass is sent again one by one. */
    @Override
    public void delete(List<String> keys, String operation, FsPath path) throws FsException {
        if (keys.isEmpty()) {
            return;
        }
        List<StorageBatchResult<Boolean>> results = new ArrayList<>();
        send(operation, path, client -> {
            StorageBatch batch = client.batch();
            keys.forEach(key -> results.add(batch.delete(id(key))));
            batch.submit();
            return batch;
        });
        for (int i = 0; i < keys.size(); i++) {
            try {
                results.get(i).get();
            } catch (StorageException e) {
                FsException failure = GcsErrors.of(e, operation, path);
                if (failure.kind() == Kind.UNAVAILABLE || failure.kind() == Kind.TIMEOUT) {
                    delete(keys.get(i), Condition.NONE, operation, path);
                } else if (failure.kind() != Kind.NOT_FOUND) {
                    throw failure;
                }
            }
        }
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public boolean isConditional() {
        return true;
    }
}
