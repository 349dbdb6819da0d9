package dev.packhorse.front.jsonfs;

import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.fs.FsException.Kind;

/** What a failure to read becomes. */
final class Statuses {

    private Statuses() {}

    /**
     * The answer to a request that has failed.
     *
     * @param strict whether only 404 may go out, since the client takes the text of any other for the content of a file (INTEROP.md); the
     *     log and the metrics tell which it would have been
     */
    static HttpResponse failed(Kind kind, boolean strict) {
        HttpResponse usual = usual(kind);
        return strict ? notFound().countedAs(usual.status()) : usual;
    }

    static HttpResponse notFound() {
        return HttpResponse.text(404, "Not Found");
    }

    private static HttpResponse usual(Kind kind) {
        return switch (kind) {
            // Below a file, nothing is there.
            case NOT_FOUND, NOT_A_DIRECTORY -> notFound();
            case PERMISSION_DENIED -> HttpResponse.text(403, "Forbidden");
            case INVALID_NAME -> HttpResponse.text(400, "Invalid Name");
            case PRECONDITION_FAILED, STALE -> HttpResponse.text(412, "Precondition Failed");
            case ALREADY_EXISTS, IS_A_DIRECTORY, NOT_EMPTY, BUSY -> HttpResponse.text(409, "Conflict");
            case UNSUPPORTED -> HttpResponse.text(501, "Not Supported By This Store");
            case TOO_LARGE -> HttpResponse.text(413, "Too Large");
            case NO_SPACE -> HttpResponse.text(507, "No Space Left");
            case TIMEOUT -> HttpResponse.text(504, "Store Timed Out");
            // About the time that a back end takes to come back from a restart.
            case UNAVAILABLE -> HttpResponse.text(503, "Store Unavailable").header("Retry-After", "10");
            case IO -> HttpResponse.text(502, "Store Failed");
        };
    }
}
