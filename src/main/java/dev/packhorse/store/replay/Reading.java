package dev.packhorse.store.replay;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.BytesContent;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.wire.replay.ReplayQuery;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Opens files. HTTPFS knows no handles: files of up to {@value #SMALL} bytes are taken into memory at once, of larger ones a body
 * asks for its bytes when it is opened ({@link ReplayContent}).
 */
final class Reading {

    /** Two of the pieces that devices send. */
    static final int SMALL = 64 * 1024;

    private static final int ATTEMPTS = 4;

    private final Tree tree;

    Reading(Tree tree) {
        this.tree = tree;
    }

    Content open(FsPath path) throws IOException {
        FsPath at = tree.at(path);
        boolean fresh = false;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Stat stat;
            try (Stripes.Hold hold = tree.device().locks.looking(at)) {
                Objects.requireNonNull(hold);
                stat = tree.held(at, fresh);
                if (stat != null && !stat.isDirectory()) {
                    if (stat.size() > SMALL) {
                        return ReplayContent.open(tree, tree.node(path, stat));
                    }
                    byte[] bytes = small(at, (int) stat.size());
                    if (bytes != null) {
                        return new BytesContent(tree.node(path, stat), bytes);
                    }
                    // The file is another than what was known of it.
                    fresh = true;
                }
            }
            if (stat == null) {
                stat = tree.require("read", path);
            }
            if (stat.isDirectory()) {
                throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
            }
        }
        throw new FsException(Kind.BUSY, "read", path);
    }

    /** All bytes; {@code null} if there are more or fewer. */
    private byte @Nullable [] small(FsPath at, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        try (Answer answer = ask(tree.wire(), at, new ByteRange(0, size), size)) {
            int count = 0;
            while (count >= 0 && bytes.hasRemaining()) {
                count = answer.read(bytes);
            }
            return !bytes.hasRemaining() && answer.read(ByteBuffer.allocate(1)) < 0 ? bytes.array() : null;
        }
    }

    /**
     * Asks for bytes of a file; up to its end without saying how many.
     *
     * @throws FsException {@code NOT_FOUND} if the file is gone
     */
    static Answer ask(Wire wire, FsPath at, ByteRange range, long size) throws IOException {
        ReplayQuery query = new ReplayQuery(Map.of()).with("pos", range.offset());
        if (range.end() < size) {
            query = query.with("size", range.length());
        }
        return wire.ask(Command.READFILE, query.with("name", at.toString()));
    }
}
