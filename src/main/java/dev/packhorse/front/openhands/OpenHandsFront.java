package dev.packhorse.front.openhands;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.front.http.Challenge;
import dev.packhorse.front.http.Cors;
import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpFront;
import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RefusedException;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Permissions;
import dev.packhorse.fs.Store;
import java.util.List;

/** OpenHands' HTTP FileStore for one export. */
public final class OpenHandsFront implements HttpFront {

    static final String METHODS = "GET, HEAD, POST, DELETE, OPTIONS";

    private static final FsPath FILES = path("files");
    static final FsPath HEALTH = path("health");

    private final OpenHandsOptions options;
    private final Files files;

    public OpenHandsFront(OpenHandsOptions options) {
        this.options = options;
        this.files = new Files(options.maxBody());
    }

    @Override
    public HttpResponse handle(HttpRequest request, RequestTarget target, Store store) {
        return options.cors().applyTo(request, answer(request, target, store));
    }

    private HttpResponse answer(HttpRequest request, RequestTarget target, Store store) {
        String method = request.method();
        boolean reads = method.equals("GET") || method.equals("HEAD");
        if (Cors.isPreflight(request)) {
            return new HttpResponse(204).header("Allow", METHODS);
        }
        if (reads && target.path().equals(HEALTH)) {
            return healthy();
        }
        if (!Permissions.of(store).isKnown() && !options.credentials().admits(request)) {
            return Challenge.unauthorized();
        }
        try {
            boolean below = target.path().equals(FILES) || target.path().isBelow(FILES);
            RequestTarget file = below ? target.from(FILES) : target;
            if (method.equals("OPTIONS")) {
                return files.list(file.path(), store);
            }
            if (!below && !options.barePaths()) {
                return HttpResponse.text(404, "Not Found");
            }
            return switch (method) {
                case "GET", "HEAD" -> files.read(request, file.path(), store);
                case "POST" -> files.write(request, file, store);
                case "DELETE" -> files.remove(file.path(), store);
                default -> HttpResponse.text(405, "Method Not Allowed").header("Allow", METHODS);
            };
        } catch (RefusedException e) {
            return e.response();
        } catch (FsException e) {
            return failed(e.kind());
        }
    }

    /** What anybody gets who asks for {@link #HEALTH}. */
    static HttpResponse healthy() {
        return new HttpResponse(200)
                .header("Content-Type", "application/json")
                .body(HttpBody.of("{\"status\":\"ok\"}".getBytes(UTF_8)));
    }

    private static HttpResponse failed(FsException.Kind kind) {
        return switch (kind) {
            case NOT_FOUND -> HttpResponse.text(404, "Not Found");
            case ALREADY_EXISTS -> HttpResponse.text(409, "Already Exists");
            case IS_A_DIRECTORY -> HttpResponse.text(409, "Is A Directory");
            case NOT_A_DIRECTORY -> HttpResponse.text(409, "Not A Directory");
            case NOT_EMPTY -> HttpResponse.text(409, "Directory Not Empty");
            case PERMISSION_DENIED -> HttpResponse.text(403, "Forbidden");
            case INVALID_NAME -> HttpResponse.text(400, "Invalid Name");
            case PRECONDITION_FAILED, STALE -> HttpResponse.text(412, "Precondition Failed");
            case UNSUPPORTED -> HttpResponse.text(501, "Not Supported By This Store");
            case TOO_LARGE -> HttpResponse.text(413, "Too Large");
            case NO_SPACE -> HttpResponse.text(507, "No Space Left");
            case BUSY -> HttpResponse.text(409, "Conflict");
            case TIMEOUT -> HttpResponse.text(504, "Store Timed Out");
            // About the time that a back end takes to come back from a restart.
            case UNAVAILABLE -> HttpResponse.text(503, "Store Unavailable").header("Retry-After", "10");
            case IO -> HttpResponse.text(502, "Store Failed");
        };
    }

    private static FsPath path(String name) {
        try {
            return FsPath.of(List.of(name));
        } catch (FsException e) {
            throw new IllegalStateException(e);
        }
    }
}
