package dev.packhorse.store.httpfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.http.Answer;
import dev.packhorse.store.http.WebErrors;
import dev.packhorse.wire.httpfs.Between;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What refusals and lost connections mean. Nothing that a library prints holds a credential: those are in header fields only. */
final class Failures {

    /** What is read of a refusal: its one line. */
    private static final int LINE = 256;

    private Failures() {}

    /** The failure as the caller sees it. */
    static FsException of(Exception failure, String operation, FsPath path) {
        return failure instanceof FsException known && known.operation().equals(operation)
                ? known
                : new FsException(kind(failure), operation, path, failure);
    }

    private static Kind kind(Throwable failure) {
        Kind found = null;
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < 20; cause = cause.getCause(), depth++) {
            // What a body or a refusal has decided stands.
            if (cause instanceof FsException known) {
                return known.kind();
            }
            Kind lost = WebErrors.lost(cause);
            found = lost == null ? found : lost;
        }
        return found == null ? Kind.IO : found;
    }

    /** What an answer means that is no success. Reads it and closes it, so that its connection can be used again. */
    static FsException refused(Answer answer, String operation, FsPath path) {
        FsException byStatus = WebErrors.refused(answer.status(), operation, path);
        Kind kind = said(answer.header(Between.KIND));
        if (kind == null) {
            kind = answer.status() == 400 ? Kind.INVALID_NAME : byText(line(answer), byStatus.kind());
        }
        drop(answer);
        return new FsException(kind, operation, path, byStatus.getCause());
    }

    private static @Nullable Kind said(@Nullable String name) {
        for (Kind kind : Kind.values()) {
            if (kind.name().equals(name)) {
                return kind;
            }
        }
        return null;
    }

    /** "It maps any answer that contains ..." (INTEROP section 2): servers send 500 with the text of what was meant. */
    private static Kind byText(String line, Kind otherwise) {
        if (line.contains("Object Not Found") || line.contains("file does not exist")) {
            return Kind.NOT_FOUND;
        }
        if (line.contains("Destination Exists") || line.contains("file already exists")) {
            return Kind.ALREADY_EXISTS;
        }
        // star9's 409 "directory not empty", and the 500 of those that hand on what their host says.
        if (line.toLowerCase(Locale.ROOT).contains("not empty") && (otherwise == Kind.BUSY || otherwise == Kind.IO)) {
            return Kind.NOT_EMPTY;
        }
        return line.contains("Change-Timestamp") && otherwise == Kind.PRECONDITION_FAILED ? Kind.STALE : otherwise;
    }

    private static String line(Answer answer) {
        try {
            return new String(answer.stream().readNBytes(LINE), UTF_8);
        } catch (IOException e) {
            // The status says enough.
            return "";
        }
    }

    private static void drop(Answer answer) {
        try {
            answer.drain(Server.REST);
        } catch (IOException e) {
            // Nothing of it is wanted; the connection goes.
            answer.close();
        }
    }
}
