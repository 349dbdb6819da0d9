package dev.packhorse.store.s3;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.object.Buffers;
import dev.packhorse.store.object.Condition;
import dev.packhorse.store.object.Headers;
import dev.packhorse.store.object.InFlight;
import dev.packhorse.store.object.Source;
import dev.packhorse.store.object.Stored;
import dev.packhorse.store.object.Upload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * A body on its way into an object of S3.
 *
 * <p>What fits into one part is sent whole. Else parts are sent while the next are read, up to {@value #PARALLEL} at the same time,
 * each from a buffer that is the process's ({@link Buffers}): an upload that finds none waits for its own parts, and one that has
 * none under way spools its part to the disk rather than wait for others whose clients may be slow. So are parts larger than a
 * buffer, which come behind the first 8 GiB.
 */
final class S3Upload implements Upload {

    private static final int PARALLEL = 4;

    /** Bytes that are read before a buffer is asked for: most files are small. */
    private static final int SMALL = 64 * 1024;

    /** How long to wait for a buffer that somebody else has. */
    private static final long PATIENCE = 500;

    private final Bucket bucket;
    private final Buffers buffers;
    private final Path temp;
    private final String key;
    private final boolean inParts;
    private final String operation;
    private final FsPath path;
    private final InFlight<CompletedPart> parts;
    private @Nullable RequestBody whole;
    private @Nullable Part held;
    private @Nullable Multipart multipart;
    private @Nullable Headers sent;
    private long size;
    private boolean finished;

    /**
     * Sends nothing yet.
     *
     * @param inParts whether it is to be uploaded in parts however small it is
     */
    S3Upload(
            Bucket bucket,
            Buffers buffers,
            Executor threads,
            Path temp,
            String key,
            boolean inParts,
            String operation,
            FsPath path) {
        this.bucket = bucket;
        this.buffers = buffers;
        this.temp = temp;
        this.key = key;
        this.inParts = inParts;
        this.operation = operation;
        this.path = path;
        this.parts = new InFlight<>(threads, operation, path);
    }

    /** A condition is due with the last request only. */
    @Override
    public void receive(Body body, Headers headers, Condition condition) throws FsException {
        try (Source source = new Source(body, path)) {
            byte[] small = new byte[body.length() >= 0 && body.length() < SMALL ? (int) body.length() : SMALL];
            int count = source.read(small, small.length);
            size = count;
            if (source.isEnded() && inParts) {
                Multipart target = begin(headers);
                parts.add(() -> target.send(1, Part.body(small, count), count));
                parts.await(0);
                return;
            }
            if (source.isEnded()) {
                whole = Part.body(small, count);
                return;
            }
            Part first = next(1);
            held = first;
            source.unread(small, count);
            first.fill(source);
            size = first.length();
            if (source.isEnded()) {
                whole = first.body();
                return;
            }
            Multipart target = begin(headers);
            send(target, 1, first);
            for (int number = 2; !source.isEnded(); number++) {
                if (number > 10_000) {
                    throw new FsException(Kind.TOO_LARGE, operation, path);
                }
                Part part = next(number);
                held = part;
                part.fill(source);
                size += part.length();
                send(target, number, part);
            }
            parts.await(0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Kind.UNAVAILABLE, operation, path, e);
        } catch (IOException e) {
            throw S3Errors.of(e, operation, path);
        }
    }

    private Multipart begin(Headers headers) throws FsException {
        Multipart begun = Multipart.begin(
                bucket,
                key,
                request -> request.contentType(headers.contentType()).metadata(headers.metadata()),
                operation,
                path);
        multipart = begun;
        sent = headers;
        return begun;
    }

    private Part next(int number) throws IOException, InterruptedException {
        long wanted = Multipart.size(number);
        if (wanted > Buffers.SIZE) {
            parts.await(1);
            return new Part.OnDisk(temp, wanted);
        }
        parts.await(PARALLEL - 1);
        byte[] buffer = buffers.take(0);
        while (buffer == null && !parts.isEmpty()) {
            parts.awaitOldest();
            buffer = buffers.take(0);
        }
        if (buffer == null) {
            buffer = buffers.take(PATIENCE);
        }
        return buffer == null ? new Part.OnDisk(temp, wanted) : new Part.InMemory(buffers, buffer);
    }

    private void send(Multipart target, int number, Part part) throws FsException {
        parts.add(() -> target.send(number, part.body(), part.length()), part);
        held = null;
    }

    @Override
    public boolean isBegun() {
        return multipart != null;
    }

    @Override
    public Stored finish(Headers headers, Condition condition) throws FsException {
        Multipart target = multipart;
        RequestBody body = whole;
        String etag;
        if (target != null) {
            etag = target.complete(parts.results(), condition);
        } else if (body != null) {
            etag = bucket.put(key, body, headers, condition, operation, path);
        } else {
            throw new IllegalStateException("no body has been received");
        }
        finished = true;
        return made(etag, sent == null ? headers : sent);
    }

    /** What has been made, with the time that the service gave it, unless somebody else has replaced it by now. */
    private Stored made(@Nullable String etag, Headers headers) throws FsException {
        Stored stored = bucket.head(key, operation, path);
        return stored != null && Objects.equals(etag, stored.version())
                ? stored
                : new Stored(
                        key,
                        size,
                        etag,
                        etag,
                        Instant.now(),
                        headers.contentType(),
                        headers.metadata(),
                        Stored.Served.NONE);
    }

    @Override
    public void close() throws FsException {
        parts.abandon();
        Part part = held;
        held = null;
        Multipart target = multipart;
        try (part) {
            if (target != null && !finished) {
                target.abort();
            }
        } catch (IOException e) {
            throw S3Errors.of(e, operation, path);
        }
    }
}
