package dev.packhorse.front.http;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several ranges of one file as {@code multipart/byteranges} (RFC 9110, 14.6). Does not own the content. */
public final class MultipartRanges implements HttpBody.Source, Closeable {

    private final Content content;
    private final List<ByteRange> ranges;
    private final List<byte[]> heads = new ArrayList<>();
    private final String boundary = Boundary.random();
    private final byte[] tail;
    private int next;
    private @Nullable StreamSource current;
    private boolean ended;

    /**
     * Sends ranges of a file.
     *
     * @param mediaType of each part
     * @param ranges in the order in which they are sent
     */
    public MultipartRanges(Content content, String mediaType, List<ByteRange> ranges) {
        this.content = content;
        this.ranges = ranges;
        for (ByteRange range : ranges) {
            String head = (heads.isEmpty() ? "--" : "\r\n--") + boundary + "\r\nContent-Type: " + mediaType
                    + "\r\nContent-Range: "
                    + Ranges.contentRange(range, content.node().size()) + "\r\n\r\n";
            heads.add(head.getBytes(StandardCharsets.ISO_8859_1));
        }
        tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    public String contentType() {
        return "multipart/byteranges; boundary=" + boundary;
    }

    /** Bytes of the whole body. */
    public long length() {
        long length = tail.length;
        for (int i = 0; i < ranges.size(); i++) {
            length += heads.get(i).length + ranges.get(i).length();
        }
        return length;
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
        StreamSource open = current;
        if (open != null) {
            ByteBuffer bytes = open.next();
            if (bytes != null) {
                return bytes;
            }
            current = null;
            open.close();
        }
        if (next < ranges.size()) {
            ByteRange range = ranges.get(next);
            current = new StreamSource(content.body(range), range.length());
            return ByteBuffer.wrap(heads.get(next++));
        }
        if (ended) {
            return null;
        }
        ended = true;
        return ByteBuffer.wrap(tail);
    }

    @Override
    public void close() throws IOException {
        if (current != null) {
            current.close();
        }
    }
}
