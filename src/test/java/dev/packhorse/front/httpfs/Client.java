package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.Answer;
import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.http.WireText;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.store.memory.MemoryStore;
import java.nio.charset.StandardCharsets;

/** Drives the front as the server would, with the export at {@code /fs/files}. */
public final class Client {

    static final String BASE = "/fs/files";

    final Store store;
    private final HttpfsFront front;

    public Client(Store store, HttpfsOptions options) {
        this.store = store;
        this.front = new HttpfsFront(BASE, options);
    }

    Client() {
        this(new MemoryStore(64L << 20), HttpfsOptions.DEFAULT);
    }

    /** Sends a request; headers are names and values in turn. */
    public Answer send(String method, String path, String... headers) {
        return send(request(method, path, headers));
    }

    public Answer send(FakeRequest request) {
        return Answer.of(open(request), request.method().equals("HEAD"));
    }

    /** The answer as the server gets it; the caller closes it. */
    HttpResponse open(FakeRequest request) {
        RequestTarget target;
        try {
            FsPath base = FsPath.parse(BASE);
            RequestTarget whole = RequestTarget.parse(request.target());
            if (!whole.path().equals(base) && !whole.path().isBelow(base)) {
                return HttpResponse.text(404, "Object Not Found");
            }
            target = whole.from(base);
        } catch (FsException e) {
            return HttpResponse.text(400, "Invalid Name");
        }
        return front.handle(request, target, store);
    }

    static FakeRequest request(String method, String path, String... headers) {
        FakeRequest request = new FakeRequest(method, path.startsWith("http") ? path : BASE + WireText.encode(path));
        for (int i = 0; i < headers.length; i += 2) {
            request.with(headers[i], WireText.encode(headers[i + 1]));
        }
        return request;
    }

    public Answer get(String path, String... headers) {
        return send("GET", path, headers);
    }

    public Answer head(String path, String... headers) {
        return send("HEAD", path, headers);
    }

    public Answer put(String path, String text, String... headers) {
        return send(request("PUT", path, headers).body(Body.of(text.getBytes(StandardCharsets.UTF_8))));
    }

    Answer tar(String path, byte[] archive, String... headers) {
        return send(request("PATCH", path, headers)
                .with("Content-Type", "application/x-tar")
                .body(Body.of(archive)));
    }

    public Answer makeDirectory(String path) {
        return send("PUT", path, "Content-Type", "application/x-directory");
    }

    Answer link(String path, String target) {
        return put(path, target, "Content-Type", "application/x-symlink");
    }

    public Answer move(String from, String to, String... headers) {
        return send(request("MOVE", from, headers).with("Destination", WireText.encode(to)));
    }

    public Answer copy(String from, String to, String... headers) {
        return send(request("COPY", from, headers).with("Destination", WireText.encode(to)));
    }
}
