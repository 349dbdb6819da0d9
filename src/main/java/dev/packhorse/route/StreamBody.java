package dev.packhorse.route;

import dev.packhorse.fs.Body;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.camel.StreamCache;

/**
 * A stream from a message, of unknown length. Camel sends the same message again when it redelivers or fails over, with the
 * same stream, of which then nothing may be left: a second reader is refused, for all messages that hold it.
 */
final class StreamBody implements Body {

    private static final Map<InputStream, Boolean> READ = Collections.synchronizedMap(new WeakHashMap<>());

    private final InputStream stream;

    StreamBody(InputStream stream) {
        this.stream = stream;
    }

    @Override
    public long length() {
        return UNKNOWN;
    }

    @Override
    public InputStream open() throws IOException {
        if (stream instanceof StreamCache cache) {
            cache.reset();
        } else if (READ.put(stream, true) != null) {
            throw new IOException("the stream has been read already");
        }
        return stream;
    }
}
