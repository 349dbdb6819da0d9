package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Node;
import dev.packhorse.wire.httpfs.Wire;
import java.nio.charset.StandardCharsets;

/** The fixed answers of the protocol (SPEC.md, "Error Responses"; INTEROP.md, section 1). */
final class Answers {

    /** About the time that a back end takes to come back from a restart. */
    private static final String RETRY_SECONDS = "10";

    private static final HttpBody OK = line("OK");
    private static final HttpBody NOT_FOUND = line("Object Not Found");

    private Answers() {}

    static HttpResponse ok() {
        return new HttpResponse(200)
                .header("Content-Type", "text/plain; charset=utf-8")
                .body(OK);
    }

    /** The answer to a PUT: the ETag is the one that the next HEAD shows. */
    static HttpResponse ok(Node node) {
        String etag = node.etag();
        return etag == null ? ok() : ok().header("ETag", '"' + etag + '"');
    }

    static HttpResponse notFound() {
        return new HttpResponse(404)
                .header("Content-Type", "text/plain; charset=utf-8")
                .body(NOT_FOUND);
    }

    static HttpResponse methodNotAllowed() {
        return HttpResponse.text(405, "Method Not Allowed").header("Allow", Wire.METHODS);
    }

    static HttpResponse failed(FsException failure) {
        return failed(failure.kind());
    }

    static HttpResponse failed(FsException.Kind kind) {
        return switch (kind) {
            case NOT_FOUND -> notFound();
            case ALREADY_EXISTS -> HttpResponse.text(412, "Destination Exists");
            case IS_A_DIRECTORY -> HttpResponse.text(409, "Is A Directory");
            case NOT_A_DIRECTORY -> HttpResponse.text(409, "Not A Directory");
            case NOT_EMPTY -> HttpResponse.text(409, "Directory Not Empty");
            case PERMISSION_DENIED -> HttpResponse.text(403, "Forbidden");
            case INVALID_NAME -> HttpResponse.text(400, "Invalid Name");
            case PRECONDITION_FAILED -> HttpResponse.text(412, "Precondition Failed");
            case STALE -> HttpResponse.text(412, "Change-Timestamp Too Old");
            case UNSUPPORTED -> HttpResponse.text(501, "Not Supported By This Store");
            case TOO_LARGE -> HttpResponse.text(413, "Too Large");
            case NO_SPACE -> HttpResponse.text(507, "No Space Left");
            case BUSY -> HttpResponse.text(409, "Conflict");
            case TIMEOUT -> HttpResponse.text(504, "Store Timed Out");
            case UNAVAILABLE -> HttpResponse.text(503, "Store Unavailable").header("Retry-After", RETRY_SECONDS);
            case IO -> HttpResponse.text(502, "Store Failed");
        };
    }

    private static HttpBody line(String text) {
        return HttpBody.of((text + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
