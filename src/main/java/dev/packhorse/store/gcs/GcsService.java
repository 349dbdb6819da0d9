package dev.packhorse.store.gcs;

import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.Storage.CopyRequest;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.object.Buffers;
import dev.packhorse.store.object.Condition;
import dev.packhorse.store.object.Headers;
import dev.packhorse.store.object.Service;
import dev.packhorse.store.object.Stored;
import dev.packhorse.store.object.Upload;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Uploads, copies by the service's rewrite, and changes of metadata by its patch. */
final class GcsService implements Service {

    private final GcsBucket bucket;
    private final Sessions sessions;

    GcsService(GcsBucket bucket, Sessions sessions) {
        this.bucket = bucket;
        this.sessions = sessions;
    }

    /** A symlink is uploaded as a file is: listings show what it is. */
    @Override
    public Upload upload(String key, boolean symlink, String operation, FsPath path) {
        return new GcsUpload(bucket, sessions, Buffers.SHARED, key, operation, path);
    }

    /** A large object, or one of another storage class, takes several requests. */
    @Override
    public Stored copy(
            Stored source, String target, Headers headers, Condition condition, String operation, FsPath path)
            throws FsException {
        Version version = Version.of(source);
        Map<String, String> metadata = new HashMap<>(headers.metadata());
        if (source.etag() != null && !source.key().endsWith("/")) {
            metadata.put(GcsBucket.TAG, source.etag());
        }
        BlobInfo info = bucket.info(target, new Headers(headers.contentType(), metadata), source.served());
        CopyRequest request = CopyRequest.newBuilder()
                .setSource(bucket.id(source.key(), version.generation()))
                .setSourceOptions(GcsBucket.source(version))
                .setTarget(info, GcsBucket.target(condition))
                .build();
        return bucket.send(
                operation, path, client -> GcsBucket.stored(client.copy(request).getResult()));
    }

    @Override
    public Stored change(Stored source, Headers headers, String operation, FsPath path) throws FsException {
        Version version = Version.of(source);
        // A patch adds and replaces; what it is to remove it must name.
        Map<String, @Nullable String> metadata = new HashMap<>(headers.metadata());
        source.metadata().keySet().forEach(name -> metadata.putIfAbsent(name, null));
        BlobInfo patch = BlobInfo.newBuilder(bucket.id(source.key()))
                .setContentType(headers.contentType())
                .setMetadata(metadata)
                .build();
        return bucket.send(
                operation,
                path,
                client -> GcsBucket.stored(client.update(
                        patch,
                        BlobTargetOption.generationMatch(version.generation()),
                        BlobTargetOption.metagenerationMatch(version.metageneration()))));
    }
}
