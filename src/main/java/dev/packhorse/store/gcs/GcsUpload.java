package dev.packhorse.store.gcs;

import com.google.cloud.WriteChannel;
import com.google.cloud.storage.Storage.BlobWriteOption;
import com.google.cloud.storage.StorageException;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.object.Buffers;
import dev.packhorse.store.object.Condition;
import dev.packhorse.store.object.Headers;
import dev.packhorse.store.object.Source;
import dev.packhorse.store.object.Stored;
import dev.packhorse.store.object.Upload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A body on its way into an object of GCS.
 *
 * <p>What fits into {@value #WHOLE} bytes is sent whole. More is a resumable upload: {@link Buffers#SIZE} bytes wait to be sent
 * at a time if the process has the room of a buffer left, else {@value #WHOLE}, and the client sends what the service has not got
 * again. Its condition is settled with its first request, and holds at its last.
 */
final class GcsUpload implements Upload {

    /** Also what the bytes of each request but the last are a multiple of (JSON API, "Resumable uploads"). */
    private static final int WHOLE = 256 * 1024;

    private final GcsBucket bucket;
    private final Sessions sessions;
    private final Buffers buffers;
    private final String key;
    private final String operation;
    private final FsPath path;
    private byte @Nullable [] whole;
    private int length;
    private Condition settled = Condition.NONE;
    private final CRC32C checksum = new CRC32C();
    private long size;
    private @Nullable WriteChannel channel;
    private @Nullable Headers sent;
    private @Nullable String address;
    private boolean reserved;
    private boolean finished;

    GcsUpload(GcsBucket bucket, Sessions sessions, Buffers buffers, String key, String operation, FsPath path) {
        this.bucket = bucket;
        this.sessions = sessions;
        this.buffers = buffers;
        this.key = key;
        this.operation = operation;
        this.path = path;
    }

    @Override
    public void receive(Body body, Headers headers, Condition condition) throws FsException {
        try (Source source = new Source(body, path)) {
            byte[] buffer = new byte[body.length() >= 0 && body.length() < WHOLE ? (int) body.length() : WHOLE];
            int count = source.read(buffer, buffer.length);
            if (source.isEnded()) {
                whole = buffer;
                length = count;
                return;
            }
            WriteChannel out = begin(headers, condition);
            send(out, buffer, count);
            while (!source.isEnded()) {
                send(out, buffer, source.read(buffer, buffer.length));
            }
        } catch (IOException | StorageException e) {
            throw GcsErrors.of(e, operation, path);
        }
    }

    private WriteChannel begin(Headers headers, Condition condition) throws FsException {
        settled = condition;
        sent = headers;
        sessions.begun();
        try {
            WriteChannel out = bucket.send(
                    operation,
                    path,
                    client -> client.writer(bucket.info(key, headers, Stored.Served.NONE), options(condition)));
            reserved = buffers.reserve();
            out.setChunkSize(reserved ? Buffers.SIZE : WHOLE);
            channel = out;
            return out;
        } finally {
            learnAddress();
        }
    }

    private static BlobWriteOption[] options(Condition condition) {
        if (condition.absent()) {
            return new BlobWriteOption[] {BlobWriteOption.doesNotExist()};
        }
        Version version = Version.of(condition);
        return version == null
                ? new BlobWriteOption[0]
                : new BlobWriteOption[] {
                    BlobWriteOption.generationMatch(version.generation()),
                    BlobWriteOption.metagenerationMatch(version.metageneration())
                };
    }

    private void send(WriteChannel out, byte[] bytes, int count) throws IOException {
        checksum.update(bytes, 0, count);
        size += count;
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
        try {
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
        } finally {
            learnAddress();
        }
    }

    /** The client begins the upload when it likes, with the first bytes at the latest. */
    private void learnAddress() {
        String begun = sessions.begun();
        if (begun != null) {
            address = begun;
        }
    }

    @Override
    public boolean isBegun() {
        return channel != null;
    }

    @Override
    public Stored finish(Headers headers, Condition condition) throws FsException {
        WriteChannel out = channel;
        byte[] bytes = whole;
        if (bytes != null) {
            Stored stored = bucket.put(key, bytes, length, headers, condition, operation, path);
            finished = true;
            return stored;
        }
        if (out == null) {
            throw new IllegalStateException("no body has been received");
        }
        if (!condition.equals(settled)) {
            // Somebody has replaced what is there, in a way that is allowed; but the body is spent.
            throw new FsException(Kind.BUSY, operation, path);
        }
        try {
            out.close();
        } catch (IOException | StorageException e) {
            throw GcsErrors.of(e, operation, path);
        } finally {
            learnAddress();
        }
        finished = true;
        return made(sent == null ? headers : sent);
    }

    /** The client does not tell what it has made. If somebody else has replaced it by now, its generation is not known. */
    private Stored made(Headers headers) throws FsException {
        Stored stored = bucket.made(key, size, (int) checksum.getValue(), operation, path);
        return stored != null
                ? stored
                : new Stored(
                        key,
                        size,
                        null,
                        null,
                        Instant.now(),
                        headers.contentType(),
                        headers.metadata(),
                        Stored.Served.NONE);
    }

    /** Cancels what is not finished. The channel stays open: closing it would finish the object. */
    @Override
    public void close() throws FsException {
        if (reserved) {
            reserved = false;
            buffers.release();
        }
        String begun = address;
        if (begun != null && !finished) {
            address = null;
            try {
                sessions.cancel(begun);
            } catch (IOException e) {
                throw GcsErrors.of(e, operation, path);
            }
        }
    }
}
