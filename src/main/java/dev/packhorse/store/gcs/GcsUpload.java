package dev.packhorse.store.gcs;

import com.google.cloud.storage.BlobWriteSession;
import com.google.cloud.storage.Storage.BlobWriteOption;
import com.google.cloud.storage.StorageException;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.object.Condition;
import dev.packhorse.store.object.Headers;
import dev.packhorse.store.object.Source;
import dev.packhorse.store.object.Stored;
import dev.packhorse.store.object.Upload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A body on its way into an object of GCS.
 *
 * <p>What fits into {@value #WHOLE} bytes is sent whole. More is a resumable upload: {@link Clients#CHUNK} bytes wait to be sent
 * at a time, and the client sends what the service has not got again. Its condition is settled with its first request, and
 * holds at its last.
 */
final class GcsUpload implements Upload {

    private static final int WHOLE = 256 * 1024;

    private final GcsBucket bucket;
    private final Sessions sessions;
    private final String key;
    private final String operation;
    private final FsPath path;
    private byte @Nullable [] whole;
    private int length;
    private Condition settled = Condition.NONE;
    private @Nullable BlobWriteSession session;
    private @Nullable WritableByteChannel channel;
    private @Nullable String address;
    private boolean finished;

    GcsUpload(GcsBucket bucket, Sessions sessions, String key, String operation, FsPath path) {
        this.bucket = bucket;
        this.sessions = sessions;
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
            WritableByteChannel out = begin(headers, condition);
            send(out, buffer, count);
            while (!source.isEnded()) {
                send(out, buffer, source.read(buffer, buffer.length));
            }
        } catch (IOException | StorageException e) {
            throw GcsErrors.of(e, operation, path);
        }
    }

    private WritableByteChannel begin(Headers headers, Condition condition) throws IOException, FsException {
        settled = condition;
        sessions.begun();
        BlobWriteSession begun = bucket.send(
                operation,
                path,
                client -> client.blobWriteSession(bucket.info(key, headers, Stored.Served.NONE), options(condition)));
        session = begun;
        WritableByteChannel out = begun.open();
        channel = out;
        return out;
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

    private void send(WritableByteChannel out, byte[] bytes, int count) throws IOException {
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
        return session != null;
    }

    @Override
    public Stored finish(Headers headers, Condition condition) throws FsException {
        BlobWriteSession begun = session;
        WritableByteChannel out = channel;
        byte[] bytes = whole;
        if (bytes != null) {
            Stored stored = bucket.put(key, bytes, length, headers, condition, operation, path);
            finished = true;
            return stored;
        }
        if (begun == null || out == null) {
            throw new IllegalStateException("no body has been received");
        }
        if (!condition.equals(settled)) {
            // Somebody has replaced what is there, in a way that is allowed; but the body is spent.
            throw new FsException(Kind.BUSY, operation, path);
        }
        try {
            out.close();
            Stored stored = GcsBucket.stored(begun.getResult().get());
            finished = true;
            return stored;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Kind.UNAVAILABLE, operation, path, e);
        } catch (ExecutionException | IOException | StorageException e) {
            throw GcsErrors.of(e, operation, path);
        } finally {
            learnAddress();
        }
    }

    /** Cancels what is not finished. The channel stays open: closing it would finish the object. */
    @Override
    public void close() throws FsException {
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
