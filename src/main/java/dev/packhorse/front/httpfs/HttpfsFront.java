package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.Cors;
import dev.packhorse.front.http.HttpFront;
import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RefusedException;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.http.WireText;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Permissions;
import dev.packhorse.fs.Store;
import dev.packhorse.wire.httpfs.Between;
import dev.packhorse.wire.httpfs.Told;
import dev.packhorse.wire.httpfs.Wire;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

/** The HTTP Filesystem Protocol for one export. */
public final class HttpfsFront implements HttpFront {

    private final HttpfsOptions options;
    private final Reading reading;
    private final Writing writing;
    private final Transferring transferring;

    /**
     * Serves one export.
     *
     * @param base path of the export as it stands in requests, such as {@code /fs/files}: undecoded, without a trailing
     *     slash, empty for an export at the root
     */
    public HttpfsFront(String base, HttpfsOptions options) {
        if (base.endsWith("/")) {
            throw new IllegalArgumentException("base ends in a slash");
        }
        this.options = options;
        NodeHeaders headers = new NodeHeaders(WireText.encode(base), options.symlinkMode());
        this.reading = new Reading(headers, options);
        this.writing = new Writing(headers, options);
        this.transferring = new Transferring(headers, base);
    }

    @Override
    public HttpResponse handle(HttpRequest request, RequestTarget target, Store store) {
        return options.cors().applyTo(request, answer(request, target, store));
    }

    private HttpResponse answer(HttpRequest request, RequestTarget target, Store store) {
        try {
            return switch (request.method()) {
                case "GET" -> aged(reading.get(request, target, store), store);
                case "HEAD" -> aged(reading.head(request, target, store), store);
                case "PUT" -> writing.put(request, target, store);
                case "PATCH" -> writing.patch(request, target, store);
                case "DELETE" -> writing.delete(request, target, store);
                case "MOVE" -> transferring.move(request, target, store);
                case "COPY" -> transferring.copy(request, target, store);
                case "OPTIONS" -> options(request, store);
                default -> Answers.methodNotAllowed();
            };
        } catch (RefusedException e) {
            return e.response();
        } catch (FsException e) {
            // Reading or removing below a file: nothing can be there.
            boolean absent = e.kind() == FsException.Kind.NOT_A_DIRECTORY
                    && switch (request.method()) {
                        case "GET", "HEAD", "DELETE", "PATCH" -> true;
                        default -> false;
                    };
            HttpResponse failed = absent ? Answers.notFound() : Answers.failed(e);
            return NodeHeaders.isFromPackhorse(request)
                    ? failed.header(Between.KIND, e.kind().name())
                    : failed;
        }
    }

    private static HttpResponse options(HttpRequest request, Store store) throws FsException {
        HttpResponse response = Answers.ok().header("Allow", Wire.METHODS);
        if (Cors.isPreflight(request)) {
            // Comes without a credential, and is not told what the store can do.
            return response;
        }
        if (!Permissions.of(store).mayDoSomething()) {
            throw new FsException(FsException.Kind.PERMISSION_DENIED, "stat", FsPath.ROOT);
        }
        if (!NodeHeaders.isFromPackhorse(request)) {
            return response;
        }
        Capabilities capabilities = store.capabilities();
        Set<String> names = capabilities.all().stream().map(Enum::name).collect(Collectors.toSet());
        Told told = new Told(
                names,
                capabilities.timePrecision().toNanos(),
                capabilities.staleness().toNanos());
        return response.header(Between.CAPABILITIES, told.toString());
    }

    /** Says for how long the gateway itself may answer from memory (INTEROP.md, section 1). */
    private static HttpResponse aged(HttpResponse response, Store store) {
        Duration staleness = store.capabilities().staleness();
        return staleness.isZero()
                ? response
                : response.header(Wire.CACHE_CONTROL_TTL, Long.toString(Math.max(1, staleness.toSeconds())));
    }
}
