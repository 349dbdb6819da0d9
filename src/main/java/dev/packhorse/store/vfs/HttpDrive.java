package dev.packhorse.store.vfs;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import dev.packhorse.store.http.Answer;
import dev.packhorse.store.http.WebContent;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hc.client5.http.classic.methods.HttpHead;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * {@code http:} and {@code https:}: files that can be looked at and read. There are no listings; a path that the server
 * redirects to the same with a slash is a directory, and so is the root unless an archive is there. A file whose length the
 * server does not tell cannot be served.
 */
final class HttpDrive implements Drive {

    private static final Capabilities CAPABILITIES = new Capabilities(Set.of(), Duration.ofSeconds(1));

    private final Web web;
    private final VfsErrors errors;
    private final boolean rootIsFile;

    HttpDrive(Web web, VfsErrors errors, boolean rootIsFile) {
        this.web = web;
        this.errors = errors;
        this.rootIsFile = rootIsFile;
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public @Nullable Node find(FsPath path) throws IOException {
        if (path.isRoot() && !rootIsFile) {
            return directory(path);
        }
        HttpClientContext context = HttpClientContext.create();
        try (ClassicHttpResponse response = web.ask(new HttpHead(web.uri(path, false)), context)) {
            int status = response.getCode();
            if (status == 404 || status == 410) {
                return null;
            }
            if (status != 200) {
                throw Web.refused(status, "stat", path);
            }
            return isDirectory(context) ? directory(path) : file(path, response);
        }
    }

    /** Looks whether somebody answers there who lets us in. */
    @Override
    public boolean probe() throws IOException {
        try (ClassicHttpResponse response = web.ask(new HttpHead(web.uri(FsPath.ROOT, false)))) {
            if (response.getCode() == 401 || response.getCode() >= 500) {
                throw Web.refused(response.getCode(), "open", FsPath.ROOT);
            }
            return true;
        }
    }

    private boolean isDirectory(HttpClientContext context) {
        List<URI> redirects = context.getRedirectLocations() == null
                ? List.of()
                : context.getRedirectLocations().getAll();
        return !rootIsFile
                && !redirects.isEmpty()
                && redirects.get(redirects.size() - 1).getRawPath().endsWith("/");
    }

    private static Node directory(FsPath path) {
        return new Node(
                path, NodeType.DIRECTORY, Mode.DIRECTORY_DEFAULT, 0, Instant.EPOCH, Owner.ROOT, null, null, null);
    }

    /** The file that a successful answer to HEAD or GET is about. */
    static Node file(FsPath path, HttpResponse response) throws FsException {
        String length = Web.header(response, "Content-Length");
        if (length == null) {
            throw new FsException(
                    Kind.UNSUPPORTED, "read", path, new IOException("the server does not tell the length of the file"));
        }
        String tag = Web.header(response, "ETag");
        boolean strong = tag != null && tag.length() > 2 && tag.startsWith("\"") && tag.endsWith("\"");
        Instant modified = DateUtils.parseStandardDate(response, "Last-Modified");
        try {
            return new Node(
                    path,
                    NodeType.FILE,
                    Mode.FILE_DEFAULT,
                    Long.parseLong(length),
                    modified == null ? Instant.EPOCH : modified,
                    Owner.ROOT,
                    strong && tag != null ? tag.substring(1, tag.length() - 1) : null,
                    null,
                    null);
        } catch (IllegalArgumentException e) {
            throw new FsException(Kind.IO, "read", path, e);
        }
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        throw new FsException(Kind.UNSUPPORTED, "list", directory);
    }

    @Override
    public Content open(FsPath path, Node node) throws IOException {
        return open(web, errors, path, true);
    }

    /**
     * Opens a file by GET.
     *
     * @param tagged whether the node shows the server's strong ETag
     */
    static Content open(Web web, VfsErrors errors, FsPath path, boolean tagged) throws IOException {
        Answer answer = web.get(path, Map.of());
        try {
            if (answer.status() != 200) {
                throw Web.refused(answer.status(), "read", path);
            }
            Node node = file(path, answer.response());
            return new WebContent(source(web, errors), tagged ? node : untagged(node), answer);
        } catch (IOException | RuntimeException e) {
            try (answer) {
                throw e;
            }
        }
    }

    private static WebContent.Source source(Web web, VfsErrors errors) {
        return new WebContent.Source() {
            @Override
            public Answer get(FsPath path, Map<String, String> headers) throws IOException {
                return web.get(path, headers);
            }

            @Override
            public FsException failure(IOException e, FsPath path) {
                return errors.of(e, "read", path);
            }
        };
    }

    /** Without its tag, where other operations do not show one. */
    private static Node untagged(Node node) {
        return new Node(
                node.path(), node.type(), node.mode(), node.size(), node.modified(), node.owner(), null, null, null);
    }

    @Override
    public void put(FsPath path, InputStream in, long length) throws FsException {
        throw unsupported("write", path);
    }

    @Override
    public void makeDirectory(FsPath path) throws FsException {
        throw unsupported("makeDirectory", path);
    }

    @Override
    public void copyFile(FsPath from, FsPath to) throws FsException {
        throw unsupported("copy", from);
    }

    @Override
    public void rename(FsPath from, Node node, FsPath to) throws FsException {
        throw unsupported("move", from);
    }

    @Override
    public void remove(FsPath path, Node node) throws FsException {
        throw unsupported("remove", path);
    }

    @Override
    public void touch(FsPath path, Instant modified) throws FsException {
        throw unsupported("change", path);
    }

    private static FsException unsupported(String operation, FsPath path) {
        return new FsException(Kind.UNSUPPORTED, operation, path);
    }

    @Override
    public void close() throws IOException {
        web.close();
    }
}
