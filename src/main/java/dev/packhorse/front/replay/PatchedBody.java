package dev.packhorse.front.replay;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A file with a part of it replaced: what is before the part, the begin of a request's body, what is behind it. Remembers whether the
 * request's body broke, so that a client's fault is not taken for the store's. Nothing of the old file is opened that is not kept.
 */
final class PatchedBody implements Body {

    private final Content old;
    private final Body sent;
    private final ByteRange part;
    private final long length;
    private volatile boolean incomplete;

    /**
     * A file to be.
     *
     * @param old the file as it is; open for as long as this is read
     * @param sent at least {@code size} bytes
     * @param position where they go, within the file or at its end
     * @param size how many of them
     */
    PatchedBody(Content old, Body sent, long position, long size) {
        this.old = old;
        this.sent = sent;
        this.part = new ByteRange(position, size);
        this.length = Math.max(part.end(), old.node().size());
    }

    /** Whether what was sent could not be read to its end. */
    boolean isIncomplete() {
        return incomplete;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public InputStream open() {
        Deque<Piece> pieces = new ArrayDeque<>();
        pieces.add(new Piece(new ByteRange(0, part.offset()), false));
        pieces.add(new Piece(part, true));
        pieces.add(new Piece(new ByteRange(part.end(), length - part.end()), false));
        pieces.removeIf(piece -> piece.range.length() == 0);
        return new Stream(pieces);
    }

    /** Some bytes of the new file, from the request or from the old one. */
    private record Piece(ByteRange range, boolean isSent) {}

    private final class Stream extends InputStream {

        private final Deque<Piece> pieces;
        private InputStream in = InputStream.nullInputStream();
        private boolean isSent;
        private long left;

        Stream(Deque<Piece> pieces) {
            this.pieces = pieces;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            if (left == 0 && pieces.isEmpty()) {
                return -1;
            }
            try {
                if (left == 0) {
                    next(pieces.remove());
                }
                int read = in.read(buffer, offset, (int) Math.min(count, left));
                if (read <= 0) {
                    throw new EOFException("a part of the file ended early");
                }
                left -= read;
                return read;
            } catch (IOException e) {
                incomplete |= isSent;
                throw e;
            }
        }

        private void next(Piece piece) throws IOException {
            in.close();
            isSent = piece.isSent;
            in = (isSent ? sent : old.body(piece.range)).open();
            left = piece.range.length();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
