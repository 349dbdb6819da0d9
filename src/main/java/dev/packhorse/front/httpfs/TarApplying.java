package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RefusedException;
import dev.packhorse.front.http.Spool;
import dev.packhorse.front.http.Upload;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** PATCH with an archive: applies its entries below a path, one after the other (INTEROP.md, section 3). */
final class TarApplying {

    /** Heads are read in 512 bytes; contents larger than this pass by it. */
    private static final int BUFFER = 16 * 1024;

    private final NodeHeaders headers;
    private final HttpfsOptions options;

    TarApplying(NodeHeaders headers, HttpfsOptions options) {
        this.headers = headers;
        this.options = options;
    }

    /**
     * Applies the archive in the body of a request.
     *
     * <p>{@code If-Match} and its like are asked once, of the base. A {@code Change-Timestamp} holds for each entry that has
     * no PAX record of that name. What fails ends the work: the answer has the lines of what was applied before it, then one
     * line that says why.
     *
     * @param base where the entries go; made if it is missing
     */
    HttpResponse apply(HttpRequest request, FsPath base, Preconditions preconditions, Store store)
            throws RefusedException, FsException {
        if (!request.hasBody()) {
            throw new RefusedException(411, "Length Required");
        }
        Upload upload = new Upload(request.body(), options.maxBody());
        TarTarget target = new TarTarget(store, base, preconditions);
        target.check();
        Spool lines = new Spool(options.spoolFolder());
        HttpResponse failure;
        try {
            failure = entries(upload, target, lines);
        } catch (RuntimeException e) {
            try {
                lines.close();
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
        if (failure == null) {
            return answer(new HttpResponse(200).header("Content-Type", "application/x-tar-apply"), lines);
        }
        if (failure.body() instanceof HttpBody.Bytes reason) {
            lines.tail().octets(reason.buffer().array(), 0, reason.buffer().limit());
        }
        return answer(new HttpResponse(failure.status()).header("Content-Type", "text/plain; charset=utf-8"), lines);
    }

    private static HttpResponse answer(HttpResponse response, Spool lines) {
        return response.body(new HttpBody.Chunked(lines.length(), new SpoolSource(lines)))
                .closing(lines);
    }

    /** Applies entry after entry; returns the answer for what failed, {@code null} if nothing did. */
    private @Nullable HttpResponse entries(Upload upload, TarTarget target, Spool lines) {
        HttpResponse failure = null;
        try (InputStream in = new BufferedInputStream(upload.open(), BUFFER)) {
            TarReader reader = new TarReader(in);
            TarEntry entry = reader.next();
            target.ensureBase();
            for (; entry != null; entry = reader.next()) {
                FsPath path = target.apply(entry, reader);
                lines.tail()
                        .wire(entry.delete() ? "- " : "+ ")
                        .wire(headers.location(path.toString()))
                        .octet('\n');
                lines.spill();
            }
        } catch (FsException e) {
            // Parents are made, so what is not found is behind a symlink that leads nowhere: it is in the way.
            failure = Answers.failed(
                    e.kind() == FsException.Kind.NOT_FOUND ? FsException.Kind.NOT_A_DIRECTORY : e.kind());
        } catch (RefusedException e) {
            failure = e.response();
        } catch (IOException e) {
            // What fails in the store is an FsException: this is the archive's fault, or the connection's.
            failure = HttpResponse.text(400, "Bad Archive");
        }
        try {
            target.finish();
        } catch (FsException e) {
            failure = failure == null ? Answers.failed(e) : failure;
        }
        return failure;
    }
}
