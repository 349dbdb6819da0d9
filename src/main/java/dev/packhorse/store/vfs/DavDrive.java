package dev.packhorse.store.vfs;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.SortedNodes;
import dev.packhorse.store.http.WatchedEntity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.jspecify.annotations.Nullable;

/**
 * {@code webdav4:} and {@code webdav4s:} (RFC 4918), by requests of our own: the provider of Commons VFS keeps what it
 * writes in memory, does not look whether the server took it, asks for every child by itself, and lists a directory as its
 * own child. A listing is one PROPFIND, parsed as it comes.
 */
final class DavDrive implements Drive {

    private static final Capabilities CAPABILITIES = new Capabilities(Set.of(Capability.WRITE), Duration.ofSeconds(1));
    private static final byte[] PROPERTIES = ("<?xml version=\"1.0\" encoding=\"utf-8\"?><D:propfind xmlns:D=\"DAV:\">"
                    + "<D:prop><D:resourcetype/><D:getcontentlength/><D:getlastmodified/></D:prop></D:propfind>")
            .getBytes(StandardCharsets.UTF_8);

    private final Web web;
    private final VfsErrors errors;

    DavDrive(Web web, VfsErrors errors) {
        this.web = web;
        this.errors = errors;
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public @Nullable Node find(FsPath path) throws IOException {
        boolean bad;
        try (ClassicHttpResponse response = propfind(path, false, "0")) {
            int status = response.getCode();
            if (status == 404 || status == 410) {
                return null;
            }
            if (status != 301 && status != 302 && status != 307 && status != 308 && status != 400) {
                return only(response, path);
            }
            bad = status == 400;
        }
        FsPath parent = path.parent();
        if (bad && parent != null) {
            // Apache's answer for what is below a file.
            Node above = find(parent);
            if (above == null || !above.isDirectory()) {
                return null;
            }
        }
        // Some servers send whoever asks for a directory without a slash to the one with it.
        try (ClassicHttpResponse response = propfind(path, true, "0")) {
            return response.getCode() == 404 ? null : only(response, path);
        }
    }

    private static @Nullable Node only(ClassicHttpResponse response, FsPath path) throws IOException {
        Multistatus answers = multistatus(response, "stat", path);
        Multistatus.Item item = answers.next();
        if (item == null) {
            throw new IOException("an empty answer to PROPFIND");
        }
        EntityUtils.consume(response.getEntity());
        return item.node(path);
    }

    private static Multistatus multistatus(ClassicHttpResponse response, String operation, FsPath path)
            throws IOException {
        if (response.getCode() != 207 || response.getEntity() == null) {
            throw Web.refused(response.getCode() == 200 ? 501 : response.getCode(), operation, path);
        }
        return new Multistatus(response.getEntity().getContent(), operation, path);
    }

    private ClassicHttpResponse propfind(FsPath path, boolean isDirectory, String depth) throws IOException {
        HttpUriRequestBase request = Web.request("PROPFIND", web.uri(path, isDirectory));
        request.setHeader("Depth", depth);
        request.setEntity(new ByteArrayEntity(PROPERTIES, ContentType.APPLICATION_XML.withCharset("utf-8")));
        return web.ask(request);
    }

    @Override
    public Listing list(FsPath directory) throws IOException {
        SortedNodes nodes = new SortedNodes("list", directory);
        String self = web.serverPath(directory);
        try (ClassicHttpResponse response = propfind(directory, true, "1")) {
            Multistatus answers = multistatus(response, "list", directory);
            for (Multistatus.Item item = answers.next(); item != null; item = answers.next()) {
                String path = item.path();
                if (path.equals(self) || (path + "/").equals(self)) {
                    continue;
                }
                if (!path.startsWith(self)) {
                    throw new IOException("the server lists something from elsewhere");
                }
                String name = path.substring(self.length(), path.endsWith("/") ? path.length() - 1 : path.length());
                if (FsPath.isName(name) && !Temporary.isTemporary(name)) {
                    Node node = item.node(directory.child(name));
                    if (node != null) {
                        nodes.add(node);
                    }
                }
            }
            return nodes.sort();
        } catch (IOException | RuntimeException e) {
            try (nodes) {
                throw e;
            }
        }
    }

    @Override
    public Content open(FsPath path, Node node) throws IOException {
        return HttpDrive.open(web, errors, path, false);
    }

    @Override
    public void put(FsPath path, InputStream in, long length) throws IOException {
        HttpUriRequestBase request = Web.request("PUT", web.uri(path, false));
        WatchedEntity entity =
                new WatchedEntity(in, length, ContentType.APPLICATION_OCTET_STREAM, web.silence(), request::cancel);
        request.setEntity(entity);
        try {
            expectSuccess(request, "write", path);
        } catch (IOException e) {
            throw entity.isLate() ? new FsException(FsException.Kind.TIMEOUT, "write", path, e) : e;
        }
    }

    @Override
    public void makeDirectory(FsPath path) throws IOException {
        expectSuccess(Web.request("MKCOL", web.uri(path, true)), "makeDirectory", path);
    }

    @Override
    public void copyFile(FsPath from, FsPath to) throws IOException {
        expectSuccess(transfer("COPY", from, to, false), "copy", from);
    }

    /** On a server that takes RFC 4918, 9.9.3 at its word, the target is gone for a moment before it is replaced. */
    @Override
    public void rename(FsPath from, Node node, FsPath to) throws IOException {
        expectSuccess(transfer("MOVE", from, to, node.isDirectory()), "move", from);
    }

    private HttpUriRequestBase transfer(String method, FsPath from, FsPath to, boolean isDirectory) {
        HttpUriRequestBase request = Web.request(method, web.uri(from, isDirectory));
        request.setHeader("Destination", web.uri(to, isDirectory).toString());
        request.setHeader("Overwrite", "T");
        return request;
    }

    @Override
    public void remove(FsPath path, Node node) throws IOException {
        expectSuccess(Web.request("DELETE", web.uri(path, node.isDirectory())), "remove", path);
    }

    @Override
    public void touch(FsPath path, Instant modified) throws FsException {
        throw new FsException(Kind.UNSUPPORTED, "change", path);
    }

    /** A 207 is no success: it tells what has failed below (RFC 4918, 9.6.1). */
    private void expectSuccess(HttpUriRequestBase request, String operation, FsPath path) throws IOException {
        int status;
        try (ClassicHttpResponse response = web.ask(request)) {
            status = response.getCode();
            EntityUtils.consume(response.getEntity());
        }
        if (status == 404 && find(path) != null) {
            // Apache's answer for a tree of which it may not look at a part.
            status = 403;
        }
        if (status / 100 != 2 || status == 207) {
            throw Web.refused(status, operation, path);
        }
    }

    @Override
    public void close() throws IOException {
        web.close();
    }
}
