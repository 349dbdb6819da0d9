package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.Spool;
import dev.packhorse.front.http.WireBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a spool holds as a body. Does not close the spool. */
final class SpoolSource implements HttpBody.Source {

    private static final int CHUNK = 32 * 1024;

    private final Spool spool;
    private final WireBuffer out = new WireBuffer(1024);

    SpoolSource(Spool spool) {
        this.spool = spool;
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
        out.clear();
        spool.drain(out, CHUNK);
        return out.size() == 0 ? null : out.view();
    }
}
