package dev.packhorse.store.replay;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A file that the device sends on demand: each body is one {@code readfile}, whose connection is closed with it, at once.
 *
 * <p>A file that this process replaces, moves or removes meanwhile is read no further: what a device does then is not known, and the
 * bytes of two files must not be taken for one. One that others replace shows by its length only.
 */
final class ReplayContent implements Content {

    /** After so many bytes comes a pause, if one is wanted: the chunk of devices. */
    static final int PIECE = 32 * 1024;

    private final Tree tree;
    private final Node node;
    private final FsPath at;
    private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean changed;

    private ReplayContent(Tree tree, Node node) {
        this.tree = tree;
        this.node = node;
        this.at = tree.at(node.path());
    }

    static ReplayContent open(Tree tree, Node node) {
        ReplayContent content = new ReplayContent(tree, node);
        tree.device().contents.add(content);
        return content;
    }

    /** A path has been changed; perhaps it is this one's, or above it. */
    void changed(FsPath path) {
        if (path.equals(at) || at.isBelow(path)) {
            changed = true;
        }
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public Body body(ByteRange range) {
        Objects.checkFromIndexSize(range.offset(), /* size= */ range.length(), /* length= */ node.size());
        return new Body() {
            @Override
            public long length() {
                return range.length();
            }

            @Override
            public InputStream open() throws IOException {
                try {
                    return stream(range);
                } catch (IOException e) {
                    throw ReplayErrors.of(e, "read", node.path());
                }
            }
        };
    }

    private InputStream stream(ByteRange range) throws IOException {
        requireSame();
        if (range.length() == 0) {
            return InputStream.nullInputStream();
        }
        try (Stripes.Hold hold = tree.device().locks.looking(at)) {
            Objects.requireNonNull(hold);
            Answer answer = Reading.ask(tree.wire(), at, range, node.size());
            answer.unlimited();
            Stream stream = new Stream(answer, range.length());
            streams.add(stream);
            if (closed.getCount() == 0) {
                stream.close();
            }
            return stream;
        }
    }

    private void requireSame() throws IOException {
        if (closed.getCount() == 0) {
            throw new FsException(Kind.UNAVAILABLE, "read", node.path());
        }
        if (changed) {
            throw new IOException("the file has been changed since it was opened");
        }
    }

    @Override
    public void close() throws FsException {
        closed.countDown();
        tree.device().contents.remove(this);
        for (Stream stream : streams) {
            try {
                stream.close();
            } catch (IOException e) {
                throw ReplayErrors.of(e, "read", node.path());
            }
        }
    }

    private final class Stream extends InputStream implements ReadableByteChannel {
        private final Answer answer;
        private final long length;
        private long given;
        private long untilPause = PIECE;

        Stream(Answer answer, long length) {
            this.answer = answer;
            this.length = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int count) throws IOException {
            return read(ByteBuffer.wrap(buffer, offset, count));
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            if (!into.hasRemaining() || given == length) {
                return into.hasRemaining() ? -1 : 0;
            }
            int limit = into.limit();
            try {
                into.limit(into.position() + (int) Math.min(into.remaining(), most()));
                int got = answer.read(into);
                requireSame();
                if (got < 0) {
                    throw new IOException("the device sent " + given + " bytes of " + length);
                }
                given += got;
                untilPause -= got;
                return got;
            } catch (IOException e) {
                close();
                throw ReplayErrors.of(e, "read", node.path());
            } finally {
                into.limit(limit);
            }
        }

        /** How many bytes may be read now; comes after the pause. */
        private long most() throws IOException {
            if (tree.wire().pace().isZero()) {
                return length - given;
            }
            if (untilPause == 0) {
                pause();
                untilPause = PIECE;
            }
            return Math.min(length - given, untilPause);
        }

        private void pause() throws IOException {
            try {
                if (closed.await(tree.wire().pace().toNanos(), TimeUnit.NANOSECONDS)) {
                    requireSame();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FsException(Kind.UNAVAILABLE, "read", node.path(), e);
            }
        }

        @Override
        public int available() {
            return 0;
        }

        @Override
        public boolean isOpen() {
            return streams.contains(this);
        }

        @Override
        public void close() throws IOException {
            streams.remove(this);
            answer.close();
        }
    }
}
