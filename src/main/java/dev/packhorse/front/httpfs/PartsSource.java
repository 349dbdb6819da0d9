package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.Boundary;
import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.Spool;
import dev.packhorse.front.http.WireBuffer;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import dev.packhorse.wire.httpfs.Wire;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * The multipart answer for a directory, generated while it is sent (SPEC.md, "Multipart Directory Streaming").
 *
 * <p>The directory comes first, then the other parts bytewise by their paths. A directory's part needs the length of its
 * listing before the listing: each is spooled. With the children, the store lists the directory once: the heads of the
 * children's parts are spooled beside its listing. Memory does not grow with the number of entries. What vanishes meanwhile
 * is left out; a store that fails breaks the answer off, unless it fails before the first node.
 *
 * <p>From a store that takes its time, some directories are listed before their turn, at once, on workers.
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

    /** A store that takes longer for a listing is asked ahead. */
    private static final long SLOW_NANOS = 5_000_000;

    /** So many directories are listed before their turn, each of up to so many bytes, beside so many of other parts. */
    private static final int AHEAD = 24;

    private static final int AHEAD_LISTING = 128 * 1024;
    private static final int AHEAD_PARTS = 512 * 1024;

    /** Whole parts, or the beginning of a directory's part, and the task that lists it if there is one. */
    private record Step(
            ByteBuffer bytes,
            @Nullable FsPath directory,
            @Nullable FutureTask<@Nullable WireBuffer> listing) {}

    private final Store store;
    private final Executor workers;
    private final Node directory;
    private final boolean slash;
    private final Depth depth;
    private final NodeHeaders headers;
    private final boolean all;
    private final String boundary = Boundary.random();
    private final Spool lines;
    private final Spool heads;
    private final WireBuffer out = new WireBuffer(2 * CHUNK);
    private final WireBuffer run = new WireBuffer(CHUNK + 1024);
    private final byte[] word = new byte[4];
    private final ArrayDeque<Step> ahead = new ArrayDeque<>();
    private int directoriesAhead;
    private int bytesAhead;
    private boolean slow;
    private @Nullable Listing first;
    private @Nullable Listing descendants;
    private Stage stage = Stage.BEGIN;

    private enum Stage {
        BEGIN,
        FIRST_LISTING,
        LISTING,
        PARTS,
        END
    }

    /**
     * The parts of a directory, whose listing is begun, so that what fails there can still become another answer.
     *
     * @param all whether they are for a store of Packhorse
     * @throws FsException as {@link Store#list}
     */
    PartsSource(
            Store store,
            Node directory,
            boolean slash,
            Depth depth,
            NodeHeaders headers,
            boolean all,
            HttpfsOptions options)
            throws FsException {
        this.store = store;
        this.workers = options.workers();
        this.directory = directory;
        this.slash = slash;
        this.depth = depth;
        this.headers = headers;
        this.all = all;
        this.lines = new Spool(options.spoolFolder());
        this.heads = new Spool(options.spoolFolder());
        this.first = new Begun(opened(directory.path()));
    }

    private Listing opened(FsPath path) throws FsException {
        long start = System.nanoTime();
        Listing listing = store.list(path);
        slow |= System.nanoTime() - start > SLOW_NANOS;
        return listing;
    }

    /** A listing whose first node has been read. */
    private static final class Begun implements Listing {
        private final Listing rest;
        private final boolean isEmpty;
        private @Nullable Node ahead;

        Begun(Listing listing) throws FsException {
            rest = listing;
            try {
                ahead = listing.next();
                isEmpty = ahead == null;
            } catch (FsException | RuntimeException e) {
                listing.close();
                throw e;
            }
        }

        @Override
        public @Nullable Node next() throws FsException {
            Node node = ahead;
            ahead = null;
            return node != null || isEmpty ? node : rest.next();
        }

        @Override
        public void close() throws FsException {
            rest.close();
        }
    }

    String contentType() {
        return "multipart/mixed; boundary=" + boundary;
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
        out.clear();
        // The first chunk leaves before the directory is read to its end: its length may take a while to know.
        while (out.size() < CHUNK && stage != Stage.END && !(stage == Stage.FIRST_LISTING && out.size() > 0)) {
            switch (stage) {
                case BEGIN -> {
                    begin(directory, slash, out);
                    stage = Stage.FIRST_LISTING;
                }
                case FIRST_LISTING -> {
                    Listing listing = Objects.requireNonNull(first);
                    first = null;
                    spool(listing, depth == Depth.CHILDREN);
                    endHead(out);
                    stage = Stage.LISTING;
                    if (depth != Depth.CHILDREN) {
                        descendants = store.walk(directory.path());
                    }
                }
                case LISTING -> listing();
                case PARTS -> {
                    Step step = next(ahead.poll());
                    if (step == null) {
                        out.wire("--").wire(boundary).wire("--\r\n");
                        stage = Stage.END;
                    } else if (step.directory() == null) {
                        out.octets(step.bytes().array(), 0, step.bytes().limit());
                    } else if (listed(step.directory(), step.listing())) {
                        out.octets(step.bytes().array(), 0, step.bytes().limit());
                        endHead(out);
                        stage = Stage.LISTING;
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
            ahead.stream().map(Step::listing).filter(Objects::nonNull).forEach(task -> task.cancel(false));
            if (first != null) {
                first.close();
            }
            if (descendants != null) {
                descendants.close();
            }
        }
    }

    private void begin(Node node, boolean slashed, WireBuffer to) {
        to.wire("--").wire(boundary).wire("\r\n");
        headers.part(to, node, slashed, all);
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

    /** Takes a listing into the spool, and the heads of its children's parts into theirs if they are wanted. */
    private void spool(Listing listing, boolean children) throws IOException {
        lines.clear();
        long start = System.nanoTime();
        try (listing) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                headers.line(lines.tail(), node);
                lines.spill();
                if (children && !Wire.endsInSuffix(node.path().toString())) {
                    spoolPart(node);
                }
            }
        }
        endRun();
        slow |= System.nanoTime() - start > SLOW_NANOS;
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

    /** The step that was made ahead, or else a new one; sees to it that others are made ahead. */
    private @Nullable Step next(@Nullable Step ready) throws IOException {
        if (ready != null) {
            directoriesAhead -= ready.directory() == null ? 0 : 1;
            bytesAhead -= ready.bytes().limit();
        }
        Step step = ready == null ? make() : ready;
        while (slow && step != null && directoriesAhead < AHEAD && bytesAhead < AHEAD_PARTS) {
            Step later = make();
            if (later == null) {
                break;
            }
            ahead.add(later);
            directoriesAhead += later.directory() == null ? 0 : 1;
            bytesAhead += later.bytes().limit();
        }
        return step;
    }

    private @Nullable Step make() throws IOException {
        return depth == Depth.CHILDREN ? child() : descendant();
    }

    private @Nullable Step child() throws IOException {
        if (heads.exhausted()) {
            return null;
        }
        heads.read(word, 0, 1);
        if (word[0] == PARTS) {
            return new Step(ByteBuffer.wrap(bytes(word())), null, null);
        }
        int headLength = word();
        int pathLength = word();
        byte[] head = bytes(headLength);
        return directory(ByteBuffer.wrap(head), FsPath.parse(new String(bytes(pathLength), StandardCharsets.UTF_8)));
    }

    private byte[] bytes(int length) throws IOException {
        byte[] bytes = new byte[length];
        heads.read(bytes, 0, length);
        return bytes;
    }

    private @Nullable Step descendant() throws IOException {
        while (descendants != null) {
            Node node = descendants.next();
            if (node == null) {
                break;
            }
            if (Wire.endsInSuffix(node.path().toString()) || (!node.isDirectory() && depth == Depth.DIRECTORIES)) {
                continue;
            }
            run.clear();
            begin(node, false, run);
            if (!node.isDirectory()) {
                run.wire("\r\n\r\n");
            }
            ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOf(run.array(), run.size()));
            run.clear();
            return node.isDirectory() ? directory(bytes, node.path()) : new Step(bytes, null, null);
        }
        return null;
    }

    private Step directory(ByteBuffer head, FsPath path) {
        if (!slow) {
            return new Step(head, path, null);
        }
        FutureTask<@Nullable WireBuffer> task = new FutureTask<>(() -> lines(path));
        workers.execute(task);
        return new Step(head, path, task);
    }

    /** The listing of a directory; {@code null} if it is too long to be kept. */
    private @Nullable WireBuffer lines(FsPath path) throws FsException {
        WireBuffer to = new WireBuffer(1024);
        try (Listing listing = store.list(path)) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                headers.line(to, node);
                if (to.size() > AHEAD_LISTING) {
                    return null;
                }
            }
        }
        return to;
    }

    /** Spools the listing of a directory further down; false if it is there no more, or may not be listed. */
    private boolean listed(FsPath path, @Nullable FutureTask<@Nullable WireBuffer> task) throws IOException {
        try {
            WireBuffer known = task == null ? null : result(task);
            if (known == null) {
                spool(opened(path), false);
            } else {
                lines.clear();
                lines.tail().octets(known.array(), 0, known.size());
                lines.spill();
            }
            return true;
        } catch (FsException e) {
            return switch (e.kind()) {
                case NOT_FOUND, NOT_A_DIRECTORY, PERMISSION_DENIED -> false;
                case ALREADY_EXISTS,
                        IS_A_DIRECTORY,
                        NOT_EMPTY,
                        INVALID_NAME,
                        PRECONDITION_FAILED,
                        STALE,
                        UNSUPPORTED,
                        TOO_LARGE,
                        NO_SPACE,
                        BUSY,
                        TIMEOUT,
                        UNAVAILABLE,
                        IO -> throw e;
            };
        }
    }

    /** What a task has found. It runs here and now if no worker has come to it: all of them may be waiting like this one. */
    private static @Nullable WireBuffer result(FutureTask<@Nullable WireBuffer> task) throws IOException {
        task.run();
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof FsException known) {
                throw known;
            }
            throw new IOException("a listing failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a directory was listed");
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
