package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.Boundary;
import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.WireBuffer;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The multipart answer for a directory, generated while it is sent (SPEC.md, "Multipart Directory Streaming").
 *
 * <p>The directory comes first, then the other parts bytewise by their paths. A directory's part needs the length of its
 * listing before the listing: each is spooled. With the children, the store lists the directory once: the heads of the
 * children's parts are spooled beside its listing. Memory does not grow with the number of entries. What vanishes meanwhile
 * is left out; a store that fails breaks the answer off.
 */
final class PartsSource implements HttpBody.Source, Closeable {

    /** What has a part beside the directory itself. */
    enum Depth {
        /** {@code /:}: the direct children. */
        CHILDREN,
        /** {@code /...}: all descendant directories. */
        DIRECTORIES,
        /** {@code /...} with {@code Accept: multipart/mixed}: all descendants. */
        DESCENDANTS
    }

    private static final int CHUNK = 32 * 1024;

    /** A record of the spooled heads is a length, then the whole parts of files and symlinks. */
    private static final int PARTS = 0;

    /** Or two lengths, the head of a directory's part, and its path. */
    private static final int DIRECTORY = 1;

    private final Store store;
    private final Node directory;
    private final boolean slash;
    private final Depth depth;
    private final NodeHeaders headers;
    private final String boundary = Boundary.random();
    private final Spool lines;
    private final Spool heads;
    private final WireBuffer out = new WireBuffer(2 * CHUNK);
    private final WireBuffer run = new WireBuffer(CHUNK + 1024);
    private final byte[] word = new byte[4];
    private @Nullable Listing descendants;
    private Stage stage = Stage.BEGIN;

    private enum Stage {
        BEGIN,
        FIRST_LISTING,
        LISTING,
        PARTS,
        END
    }

    PartsSource(
            Store store, Node directory, boolean slash, Depth depth, NodeHeaders headers, @Nullable Path spoolFolder) {
        this.store = store;
        this.directory = directory;
        this.slash = slash;
        this.depth = depth;
        this.headers = headers;
        this.lines = new Spool(spoolFolder);
        this.heads = new Spool(spoolFolder);
    }

    String contentType() {
        return "multipart/mixed; boundary=" + boundary;
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
        out.clear();
        // The first chunk leaves before the directory is read: its length may take a while to know.
        while (out.size() < CHUNK && stage != Stage.END && !(stage == Stage.FIRST_LISTING && out.size() > 0)) {
            switch (stage) {
                case BEGIN -> {
                    begin(directory, slash, out);
                    stage = Stage.FIRST_LISTING;
                }
                case FIRST_LISTING -> {
                    spool(directory.path(), depth == Depth.CHILDREN);
                    endHead(out);
                    stage = Stage.LISTING;
                    if (depth != Depth.CHILDREN) {
                        descendants = store.walk(directory.path());
                    }
                }
                case LISTING -> listing();
                case PARTS -> {
                    if (!(depth == Depth.CHILDREN ? nextChild() : nextDescendant())) {
                        out.wire("--").wire(boundary).wire("--\r\n");
                        stage = Stage.END;
                    }
                }
                case END -> throw new AssertionError();
            }
        }
        return out.size() == 0 ? null : out.view();
    }

    @Override
    public void close() throws IOException {
        try (lines;
                heads) {
            if (descendants != null) {
                descendants.close();
            }
        }
    }

    private void begin(Node node, boolean slashed, WireBuffer to) {
        to.wire("--").wire(boundary).wire("\r\n");
        headers.part(to, node, slashed);
    }

    private void endHead(WireBuffer to) {
        to.wire("Content-Length: ").number(lines.length()).wire("\r\n\r\n");
    }

    /** Copies some of the spooled listing; behind it, ends its part. */
    private void listing() throws IOException {
        if (lines.exhausted()) {
            out.wire("\r\n");
            lines.clear();
            stage = Stage.PARTS;
        } else {
            lines.drain(out, CHUNK);
        }
    }

    /** Lists a directory into the spool, and the heads of its children's parts into theirs if they are wanted. */
    private void spool(FsPath path, boolean children) throws IOException {
        lines.clear();
        try (Listing listing = store.list(path)) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                headers.line(lines.tail(), node);
                lines.spill();
                if (children && !Wire.endsInSuffix(node.path().toString())) {
                    spoolPart(node);
                }
            }
        }
        endRun();
    }

    private void spoolPart(Node node) throws IOException {
        if (!node.isDirectory()) {
            begin(node, false, run);
            run.wire("\r\n\r\n");
            if (run.size() >= CHUNK) {
                endRun();
            }
            return;
        }
        endRun();
        begin(node, false, run);
        byte[] path = node.path().toString().getBytes(StandardCharsets.UTF_8);
        word(heads.tail().octet(DIRECTORY), run.size());
        word(heads.tail(), path.length);
        heads.tail().octets(run.array(), 0, run.size()).octets(path, 0, path.length);
        heads.spill();
        run.clear();
    }

    private void endRun() throws IOException {
        if (run.size() > 0) {
            word(heads.tail().octet(PARTS), run.size());
            heads.tail().octets(run.array(), 0, run.size());
            heads.spill();
            run.clear();
        }
    }

    private boolean nextChild() throws IOException {
        if (heads.exhausted()) {
            return false;
        }
        heads.read(word, 0, 1);
        if (word[0] == PARTS) {
            heads.drain(out, word());
            return true;
        }
        int headLength = word();
        int pathLength = word();
        byte[] head = new byte[headLength];
        byte[] path = new byte[pathLength];
        heads.read(head, 0, headLength);
        heads.read(path, 0, pathLength);
        if (listed(FsPath.parse(new String(path, StandardCharsets.UTF_8)))) {
            out.octets(head, 0, headLength);
            endHead(out);
            stage = Stage.LISTING;
        }
        return true;
    }

    private boolean nextDescendant() throws IOException {
        Node node = descendants == null ? null : descendants.next();
        if (node == null) {
            return false;
        }
        if (Wire.endsInSuffix(node.path().toString())) {
            return true;
        }
        if (!node.isDirectory()) {
            if (depth == Depth.DESCENDANTS) {
                begin(node, false, out);
                out.wire("\r\n\r\n");
            }
        } else if (listed(node.path())) {
            begin(node, false, out);
            endHead(out);
            stage = Stage.LISTING;
        }
        return true;
    }

    /** Spools the listing of a directory further down; false if it is there no more. */
    private boolean listed(FsPath path) throws IOException {
        try {
            spool(path, false);
            return true;
        } catch (FsException e) {
            if (e.kind() == FsException.Kind.NOT_FOUND || e.kind() == FsException.Kind.NOT_A_DIRECTORY) {
                return false;
            }
            throw e;
        }
    }

    private static void word(WireBuffer to, int value) {
        to.octet(value >> 24).octet(value >> 16).octet(value >> 8).octet(value);
    }

    private int word() throws IOException {
        heads.read(word, 0, 4);
        return ByteBuffer.wrap(word).getInt();
    }
}
