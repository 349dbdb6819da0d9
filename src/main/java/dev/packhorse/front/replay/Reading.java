package dev.packhorse.front.replay;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.ListingSource;
import dev.packhorse.front.http.StreamSource;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Space;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** {@code ls}, {@code fstat}, {@code volinfo} and {@code readfile}. */
final class Reading {

    private static final int READABLE = 0444;
    private static final int WRITABLE = 0222;

    private final LongAdder leftOut;

    /**
     * What listings share.
     *
     * @param leftOut counts what they leave out
     */
    Reading(LongAdder leftOut) {
        this.leftOut = leftOut;
    }

    /** "If an invalid directory name is given, the list of exported filesystems is returned instead of an error." */
    ReplayAnswer list(Call call) throws RefusedException, FsException {
        Place place = call.find("name");
        if (place == null) {
            return exports(call);
        }
        Names names = new Names(place);
        ListingSource listing;
        try {
            listing = ListingSource.open(place.store().list(place.path()), names);
        } catch (FsException e) {
            if (e.kind() == FsException.Kind.NOT_FOUND || e.kind() == FsException.Kind.NOT_A_DIRECTORY) {
                return exports(call);
            }
            throw e;
        }
        return ReplayAnswer.of("text/plain", listing.body(), () -> {
            names.account(leftOut);
            listing.close();
        });
    }

    private static ReplayAnswer exports(Call call) {
        StringBuilder names = new StringBuilder();
        call.exports().forEach(export -> names.append(export.name()).append('\n'));
        return ReplayAnswer.of(names.toString());
    }

    /** Exactly four lines: one more breaks libreplaytv (INTEROP section 1). The root of the device is a directory as well. */
    static ReplayAnswer status(Call call) throws RefusedException, FsException {
        if (call.isRoot("name")) {
            return ReplayAnswer.of("type=d\nsize=-1\nctime=0\nperm=r\n");
        }
        Node node = call.place("name").node();
        boolean file = node.type() == NodeType.FILE;
        int permissions = node.mode().permissions();
        return ReplayAnswer.of("type=" + (file ? 'f' : 'd')
                + "\nsize=" + (file ? node.size() : -1)
                + "\nctime=" + (file ? Math.max(0, node.modified().toEpochMilli()) : 0)
                + "\nperm="
                + ((permissions & READABLE) == 0 ? "" : "r")
                + ((permissions & WRITABLE) == 0 ? "" : "w")
                + "\n");
    }

    /** The room of an export, by any name in it. */
    static ReplayAnswer volume(Call call) throws RefusedException, FsException {
        if (call.isRoot("name")) {
            throw RefusedException.noVolume();
        }
        Place place = call.place("name");
        Space space = place.store().capabilities().has(Capability.SPACE)
                ? place.store().space()
                : new Space(0, 0);
        return ReplayAnswer.of("cap=" + space.total() + "\ninuse=" + Math.max(0, space.total() - space.free()) + "\n");
    }

    static ReplayAnswer read(Call call) throws RefusedException, FsException {
        Place place = call.place("name");
        long position = call.number("pos", 0);
        long most = call.number("size", Long.MAX_VALUE);
        Content content = place.store().read(place.path());
        boolean handedOn = false;
        try {
            if (content.node().isSymlink()) {
                throw RefusedException.noSuchFile();
            }
            long start = Math.min(position, content.node().size());
            long length = Math.min(most, content.node().size() - start);
            ReplayAnswer answer = bytes(content, new ByteRange(start, length));
            handedOn = true;
            return answer;
        } catch (FsException e) {
            throw e;
        } catch (IOException e) {
            throw new FsException(FsException.Kind.IO, "read", place.path(), e);
        } finally {
            if (!handedOn) {
                content.close();
            }
        }
    }

    /** The first bytes of a stream are fetched here: what fails at the begin becomes a status and not a broken answer. */
    private static ReplayAnswer bytes(Content content, ByteRange range) throws IOException {
        Body body = content.body(range);
        FileSlice slice = range.length() == 0 ? null : body.slice();
        if (slice != null) {
            return ReplayAnswer.of("application/octet-stream", new HttpBody.Slice(slice), content);
        }
        StreamSource source = new StreamSource(body, range.length());
        HttpBody data;
        try {
            data = new HttpBody.Chunked(range.length(), new Begun(source));
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
        return ReplayAnswer.of("application/octet-stream", data, () -> {
            try (content) {
                source.close();
            }
        });
    }

    /** A source of which the first piece is there. */
    private static final class Begun implements HttpBody.Source {

        private final HttpBody.Source source;
        private @Nullable ByteBuffer first;
        private boolean given;

        Begun(HttpBody.Source source) throws IOException {
            this.source = source;
            this.first = source.next();
        }

        @Override
        public @Nullable ByteBuffer next() throws IOException {
            if (given) {
                return source.next();
            }
            given = true;
            ByteBuffer piece = first;
            first = null;
            return piece;
        }
    }
}
