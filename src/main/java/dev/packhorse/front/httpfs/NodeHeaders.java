package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.MediaTypes;
import dev.packhorse.front.http.WireBuffer;
import dev.packhorse.front.http.WireText;
import dev.packhorse.fs.Node;
import dev.packhorse.wire.httpfs.Between;
import dev.packhorse.wire.httpfs.Wire;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes the metadata of nodes: as headers of an answer, and as headers of a part. */
final class NodeHeaders {

    private static final String HEX = "0123456789ABCDEF";

    private final String base;
    private final SymlinkMode symlinkMode;

    /**
     * Writes for one export.
     *
     * @param base path of the export as it stands in requests, undecoded, one char a byte, without a trailing slash
     */
    NodeHeaders(String base, SymlinkMode symlinkMode) {
        this.base = base;
        this.symlinkMode = symlinkMode;
    }

    /** The media type to send for a node. */
    static String mediaType(Node node) {
        return switch (node.type()) {
            case DIRECTORY -> Wire.DIRECTORY;
            case SYMLINK -> Wire.SYMLINK;
            case FILE -> fileType(node.path().toString(), node.mediaType());
        };
    }

    /** A file never claims to be a directory or a symlink, whatever a back end has stored for it. */
    private static String fileType(String path, @Nullable String kept) {
        if (kept == null || !MediaTypes.isMediaType(kept)) {
            return MediaTypes.ofName(path);
        }
        if (kept.startsWith("application/x-")) {
            String essence = MediaTypes.essence(kept);
            return essence.equals(Wire.DIRECTORY) || essence.equals(Wire.SYMLINK) ? MediaTypes.UNKNOWN : kept;
        }
        return kept;
    }

    /** Tells whether a request comes from a store of Packhorse, which is told all that there is to know. */
    static boolean isFromPackhorse(HttpRequest request) {
        return request.header(Between.CLIENT) != null;
    }

    @SuppressWarnings("JavaInstantGetSecondsGetNano") // the seconds are another header
    private static int nanos(Node node) {
        return node.modified().getNano();
    }

    /** The answer to a change, with the node for who can read it there. */
    HttpResponse changed(HttpRequest request, Node node) {
        return isFromPackhorse(request)
                ? describe(request, Answers.ok(node), node).header(Between.SIZE, Long.toString(node.size()))
                : Answers.ok(node);
    }

    /** Headers of a file, a symlink or the listing of a directory; the caller sets {@code Content-Type}. */
    HttpResponse describe(HttpRequest request, HttpResponse response, Node node) {
        response.header(Wire.CONTENT_MODE, Integer.toString(symlinkMode.of(node)))
                .header(Wire.CONTENT_MODIFIED, Long.toString(node.modified().getEpochSecond()))
                .header(
                        Wire.CONTENT_OWNERSHIP,
                        node.owner().uid() + ":" + node.owner().gid());
        if (node.changeTimestamp() != null) {
            response.header(Wire.CHANGE_TIMESTAMP, node.changeTimestamp().toString());
        }
        if (isFromPackhorse(request)) {
            if (nanos(node) != 0) {
                response.header(Between.NANOS, Integer.toString(nanos(node)));
            }
            if (node.mediaType() != null && Between.isSendable(node.mediaType())) {
                response.header(Between.MEDIA_TYPE, node.mediaType());
            }
        }
        return response;
    }

    /**
     * Appends one line of a listing; nothing for a name that is reserved.
     *
     * @param node a child of the directory that is listed
     */
    void line(WireBuffer out, Node node) {
        String path = node.path().toString();
        if (!Wire.endsInSuffix(path)) {
            out.text(path, path.lastIndexOf('/') + 1)
                    .octet(' ')
                    .number(symlinkMode.of(node))
                    .octet('\n');
        }
    }

    /**
     * Appends the headers of a part, each with its line's end, all but the length of a directory's listing.
     *
     * @param slash whether the location ends in a slash
     * @param all whether they are for a store of Packhorse
     */
    void part(WireBuffer out, Node node, boolean slash, boolean all) {
        String path = node.path().isRoot() ? "" : node.path().toString();
        boolean slashed = slash || (path.isEmpty() && node.isDirectory());
        out.wire("Content-Location: ").wire(base).text(path).wire(slashed ? "/\r\n" : "\r\n");
        disposition(out, path.isEmpty() ? "/" : path);
        out.wire("Content-Type: ").wire(mediaType(node)).wire("\r\nContent-Mode: ");
        out.number(symlinkMode.of(node));
        out.wire("\r\nContent-Modified: ").number(node.modified().getEpochSecond());
        out.wire("\r\nContent-Ownership: ")
                .number(node.owner().uid())
                .octet(':')
                .number(node.owner().gid());
        if (node.etag() != null) {
            out.wire("\r\nETag: \"").wire(node.etag()).octet('"');
        }
        if (node.changeTimestamp() != null) {
            out.wire("\r\nChange-Timestamp: ").number(node.changeTimestamp());
        }
        if (all) {
            if (nanos(node) != 0) {
                out.wire("\r\nPackhorse-Nanos: ").number(nanos(node));
            }
            if (node.mediaType() != null && Between.isSendable(node.mediaType())) {
                out.wire("\r\nPackhorse-Media-Type: ").wire(node.mediaType());
            }
        }
        if (!node.isDirectory()) {
            out.wire("\r\nContent-Range: bytes 0-0/").number(node.size());
        }
        out.wire("\r\n");
    }

    /** RFC 6266: the name as a quoted string, and as RFC 8187 has it if it is not ASCII. */
    private static void disposition(WireBuffer out, String path) {
        out.wire("Content-Disposition: attachment; filename=\"");
        boolean ascii = true;
        boolean plain = true;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            ascii &= c < 0x80;
            plain &= c != '"' && c != '\\';
        }
        out.text(plain ? path : path.replace("\\", "\\\\").replace("\"", "\\\""))
                .octet('"');
        if (!ascii) {
            out.wire("; filename*=UTF-8''");
            for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
                if (isAttributeChar(b)) {
                    out.octet(b);
                } else {
                    out.octet('%').octet(HEX.charAt(b >> 4 & 15)).octet(HEX.charAt(b & 15));
                }
            }
        }
        out.wire("\r\n");
    }

    private static boolean isAttributeChar(byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || (b > 0 && "!#$&+-.^_`|~".indexOf(b) >= 0);
    }

    /** The location of a path as bytes of a header. */
    String location(String path) {
        return base + WireText.encode(path);
    }
}
