package dev.packhorse.front.http;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to a GET of an open file: all of it, or the ranges that were asked for (RFC 9110, section 14). */
public final class FileResponse {

    /** Builds the head of an answer that has the file, or a part of it. */
    @FunctionalInterface
    public interface Head {
        /**
         * A response without a body.
         *
         * @param status 200 or 206
         * @param mediaType what to send as {@code Content-Type}
         */
        HttpResponse of(int status, String mediaType);
    }

    private FileResponse() {}

    /**
     * Answers with the bytes of a file. The answer closes the content if it {@link HttpResponse#holdsResource holds} it; else
     * it has none of its bytes, and the caller closes it, as where this fails.
     *
     * @param mediaType of the file
     * @throws FsException if the body cannot be opened: that is found out here, where it can still be told
     */
    public static HttpResponse of(HttpRequest request, Content content, String mediaType, Head head)
            throws FsException {
        Node node = content.node();
        List<ByteRange> ranges = ranges(request, node);
        if (ranges == null) {
            return whole(request, content, head.of(200, mediaType));
        }
        if (ranges.isEmpty()) {
            return HttpResponse.text(416, "Range Not Satisfiable").header("Content-Range", "bytes */" + node.size());
        }
        if (ranges.size() == 1) {
            HttpResponse part =
                    head.of(206, mediaType).header("Content-Range", Ranges.contentRange(ranges.get(0), node.size()));
            return send(request, part, content, ranges.get(0));
        }
        MultipartRanges parts = new MultipartRanges(content, mediaType, ranges);
        return head.of(206, parts.contentType())
                .body(new HttpBody.Chunked(parts.length(), parts))
                .closing(both(parts, content));
    }

    /** As above with all bytes, whatever the request asks for, in a response that has its head already. */
    public static HttpResponse whole(HttpRequest request, Content content, HttpResponse response) throws FsException {
        return send(request, response, content, new ByteRange(0, content.node().size()));
    }

    private static @Nullable List<ByteRange> ranges(HttpRequest request, Node node) {
        String range = request.header("Range");
        return range == null
                        || request.headers("Range").size() > 1
                        || !Conditions.rangeCounts(request.header("If-Range"), node)
                ? null
                : Ranges.parse(range, node.size());
    }

    private static HttpResponse send(HttpRequest request, HttpResponse response, Content content, ByteRange range)
            throws FsException {
        if (range.length() == 0) {
            return response;
        }
        Body body = content.body(range);
        FileSlice slice = body.slice();
        if (slice != null) {
            return response.body(new HttpBody.Slice(slice)).closing(content);
        }
        StreamSource source = new StreamSource(body, range.length());
        if (!request.method().equals("HEAD")) {
            begin(source, content.node().path());
        }
        return response.body(new HttpBody.Chunked(range.length(), source)).closing(both(source, content));
    }

    private static void begin(StreamSource source, FsPath path) throws FsException {
        try {
            source.begin();
        } catch (FsException e) {
            throw e;
        } catch (IOException e) {
            throw new FsException(FsException.Kind.IO, "read", path, e);
        }
    }

    private static Closeable both(Closeable first, Closeable second) {
        return () -> {
            try (second) {
                first.close();
            }
        };
    }
}
