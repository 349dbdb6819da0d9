package dev.packhorse.front.openhands;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.front.http.Challenge;
import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpFront;
import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RefusedException;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.http.Upload;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Permissions;
import dev.packhorse.fs.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import org.jboss.logging.Logger;

/**
 * What OpenHands' webhooks are sent to, for one export (STORAGE.md, "Webhook Protocol"; INTEROP section 5).
 *
 * <p>A request is answered when it is safe in the spool; the {@link Mirror} applies it behind the answer. So the store is not asked
 * here, and the answer says nothing about it but what its caller may do: that is known before, and looked at here, item by item, and
 * once more when it is applied.
 */
public final class WebhookFront implements HttpFront {

    static final String METHODS = "GET, HEAD, POST, DELETE";

    private static final Logger LOG = Logger.getLogger(WebhookFront.class);

    private final WebhookOptions options;
    private final Mirror mirror;
    private final EventIds events = new EventIds();

    /**
     * A receiver.
     *
     * @param mirror gets what is received; who made it closes it
     */
    public WebhookFront(WebhookOptions options, Mirror mirror) {
        this.options = options;
        this.mirror = mirror;
    }

    @Override
    public HttpResponse handle(HttpRequest request, RequestTarget target, Store store) {
        String method = request.method();
        boolean reads = method.equals("GET") || method.equals("HEAD");
        if (reads && target.path().equals(OpenHandsFront.HEALTH)) {
            return OpenHandsFront.healthy();
        }
        Permissions permissions = Permissions.of(store);
        if (!permissions.isKnown() && !options.credentials().admits(request)) {
            return Challenge.unauthorized();
        }
        boolean writes = method.equals("POST");
        if (!writes && !method.equals("DELETE")) {
            return HttpResponse.text(405, "Method Not Allowed").header("Allow", METHODS);
        }
        return switch (events.begin(request, permissions.caller())) {
            case TAKEN -> HttpResponse.text(200, "Taken Before");
            case UNDER_WAY -> HttpResponse.text(503, "Being Taken").header("Retry-After", "1");
            case NEW -> take(request, target, permissions);
        };
    }

    private HttpResponse take(HttpRequest request, RequestTarget target, Permissions permissions) {
        boolean isTaken = false;
        try {
            HttpResponse response = request.method().equals("POST")
                    ? post(request, target, permissions)
                    : delete(target.path(), permissions);
            isTaken = true;
            return response;
        } catch (RefusedException e) {
            return e.response();
        } catch (Spool.Full e) {
            // The pause of a mirror whose store does not answer is of this size.
            return HttpResponse.text(503, "Too Much Waits").header("Retry-After", "10");
        } catch (FsException e) {
            return e.kind() == Kind.TOO_LARGE ? HttpResponse.text(413, "Too Large") : unspooled(e);
        } catch (IOException e) {
            return unspooled(e);
        } finally {
            events.ended(request, permissions.caller(), isTaken);
        }
    }

    private static HttpResponse unspooled(IOException e) {
        LOG.errorf(e, "cannot spool what a webhook sends");
        return HttpResponse.text(503, "Spool Failed").header("Retry-After", "10");
    }

    private HttpResponse post(HttpRequest request, RequestTarget target, Permissions permissions)
            throws RefusedException, IOException {
        FsPath path = target.path();
        if (!path.isRoot() && target.trailingSlash()) {
            throw new RefusedException(400, "Path Of A Directory");
        }
        if (!request.hasBody()) {
            // An empty file says so. A body that got lost must not empty the file that is there.
            throw new RefusedException(411, "Length Required");
        }
        Upload upload = new Upload(request.body(), options.maxBody());
        return path.isRoot() ? batch(upload, permissions) : file(upload, path, permissions);
    }

    private HttpResponse batch(Upload upload, Permissions permissions) throws RefusedException, IOException {
        Refusals refusals;
        try {
            refusals = spool(upload, permissions, writer -> {
                try (InputStream in = upload.open()) {
                    return Batch.read(in, writer, permissions);
                }
            });
        } catch (JsonReader.Malformed | CharacterCodingException e) {
            throw new RefusedException(400, "Not A JSON Array");
        }
        mirror.refuse(refusals.count());
        return new HttpResponse(200)
                .header("Content-Type", "application/json")
                .body(HttpBody.of(refusals.json().getBytes(UTF_8)));
    }

    private static void require(boolean allowed) throws RefusedException {
        if (!allowed) {
            throw new RefusedException(403, "Forbidden");
        }
    }

    private HttpResponse file(Upload upload, FsPath path, Permissions permissions)
            throws RefusedException, IOException {
        require(permissions.mayWrite(path));
        spool(upload, permissions, writer -> {
            writer.begin();
            try (InputStream in = upload.open()) {
                in.transferTo(writer);
            }
            writer.end(Change.Kind.WRITTEN, path, writer.stored());
            return new Refusals();
        });
        return HttpResponse.text(200, "Taken");
    }

    private HttpResponse delete(FsPath path, Permissions permissions) throws RefusedException, IOException {
        require(permissions.mayRemove(path));
        spool(new Upload(Body.of(new byte[0]), 0), permissions, writer -> {
            writer.begin();
            writer.end(Change.Kind.REMOVED, path, 0);
            return new Refusals();
        });
        return new HttpResponse(204);
    }

    /** What a request puts into its spooled file, and what it leaves out. */
    private interface Changes {
        Refusals write(DeliveryWriter writer) throws IOException;
    }

    private Refusals spool(Upload upload, Permissions permissions, Changes changes)
            throws RefusedException, IOException {
        Spool spool = mirror.spool();
        DeliveryWriter writer = spool.begin(upload.length(), permissions.caller());
        boolean kept = false;
        try {
            Refusals refusals = changes.write(writer);
            if (writer.changes() > 0) {
                spool.commit(writer);
                kept = true;
            }
            return refusals;
        } catch (Spool.Full | JsonReader.Malformed | CharacterCodingException e) {
            throw e;
        } catch (IOException e) {
            throw upload.rethrown(
                    e instanceof FsException known ? known : new FsException(Kind.IO, "spool", FsPath.ROOT, e));
        } finally {
            if (!kept) {
                spool.abandon(writer);
            }
        }
    }
}
