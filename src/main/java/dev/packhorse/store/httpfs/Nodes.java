package dev.packhorse.store.httpfs;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import dev.packhorse.wire.httpfs.Between;
import dev.packhorse.wire.httpfs.Values;
import dev.packhorse.wire.httpfs.Wire;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Nodes as answers and parts describe them. Values that do not parse are as if they had not been sent: servers repeat verbatim
 * what a client has said ({@code Content-Mode: rwx}; INTEROP section 2, apptron).
 */
final class Nodes {

    private static final String OCTETS = "application/octet-stream";

    /** {@code bytes 0-0/SIZE} of a part, {@code bytes 5-9/SIZE} of a range. */
    private static final String RANGE = "bytes ";

    private final Dialect dialect;

    Nodes(Dialect dialect) {
        this.dialect = dialect;
    }

    /**
     * Reads a node.
     *
     * @param header the first value of a header by its name, {@code null} if it was not sent
     * @param size bytes if it is a file or symlink
     */
    Node node(FsPath path, Headers header, long size) {
        NodeType type = type(header);
        String modeText = header.value(Wire.CONTENT_MODE);
        int bits = modeText == null ? Values.NONE : Values.mode(modeText);
        return new Node(
                path,
                type,
                bits < 0 ? usual(type) : Mode.ofBits(bits),
                type == NodeType.DIRECTORY ? 0 : size,
                modified(header),
                owner(header.value(Wire.CONTENT_OWNERSHIP)),
                type == NodeType.DIRECTORY ? null : etag(header.value("ETag")),
                type == NodeType.FILE ? mediaType(header) : null,
                changeTimestamp(header.value(Wire.CHANGE_TIMESTAMP)));
    }

    /** The headers of an answer or a part. */
    interface Headers {
        @Nullable
        String value(String name);
    }

    /** SPEC.md, "File vs Directory Detection": the media type, else the mode. */
    static NodeType type(Headers header) {
        switch (essence(header.value("Content-Type"))) {
            case Wire.DIRECTORY -> {
                return NodeType.DIRECTORY;
            }
            case Wire.SYMLINK -> {
                return NodeType.SYMLINK;
            }
            default -> {
                String mode = header.value(Wire.CONTENT_MODE);
                NodeType type = mode == null ? null : typeOf(Values.mode(mode));
                return type == null ? NodeType.FILE : type;
            }
        }
    }

    /** What the type bits of a mode say; {@code null} for {@link Values#NONE} and for none. */
    static @Nullable NodeType typeOf(int bits) {
        return bits < 0 ? null : Mode.typeOf(bits);
    }

    /** The bytes that an answer or a part says its file or symlink has, -1 if it does not. The range wins (INTEROP section 2). */
    static long size(Headers header) {
        String range = header.value("Content-Range");
        if (range != null && range.startsWith(RANGE)) {
            long size = Values.number(range.substring(range.indexOf('/') + 1).trim(), Long.MAX_VALUE);
            if (size >= 0) {
                return size;
            }
        }
        String length = header.value("Content-Length");
        return length == null ? -1 : Values.number(length.trim(), Long.MAX_VALUE);
    }

    static String essence(@Nullable String mediaType) {
        if (mediaType == null) {
            return "";
        }
        int semicolon = mediaType.indexOf(';');
        return (semicolon < 0 ? mediaType : mediaType.substring(0, semicolon))
                .trim()
                .toLowerCase(Locale.ROOT);
    }

    static Mode usual(NodeType type) {
        return switch (type) {
            case FILE -> Mode.FILE_DEFAULT;
            case DIRECTORY -> Mode.DIRECTORY_DEFAULT;
            case SYMLINK -> Mode.SYMLINK_DEFAULT;
        };
    }

    private static Instant modified(Headers header) {
        String text = header.value(Wire.CONTENT_MODIFIED);
        Instant modified = text == null ? null : Values.modified(text, header.value(Between.NANOS));
        if (modified != null) {
            return modified;
        }
        String date = header.value("Last-Modified");
        if (date != null) {
            try {
                return ZonedDateTime.parse(date.trim(), DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
            } catch (DateTimeException e) {
                return Instant.EPOCH;
            }
        }
        return Instant.EPOCH;
    }

    private static Owner owner(@Nullable String text) {
        Values.Ownership owner = text == null ? null : Values.ownership(text);
        return owner == null ? Owner.ROOT : new Owner(owner.uid(), owner.gid());
    }

    /** A strong tag without its quotes; a weak one says nothing that a node could keep. */
    private static @Nullable String etag(@Nullable String text) {
        String tag = text == null ? "" : text.trim();
        boolean strong = tag.length() > 2
                && tag.charAt(0) == '"'
                && tag.indexOf('"', 1) == tag.length() - 1
                && tag.chars().allMatch(c -> c > ' ' && c < 0x7f);
        return strong ? tag.substring(1, tag.length() - 1) : null;
    }

    /** What a Packhorse says was given; any other server says what it guesses as well, and that of a guess at all is kept. */
    private @Nullable String mediaType(Headers header) {
        if (dialect == Dialect.PACKHORSE) {
            return header.value(Between.MEDIA_TYPE);
        }
        String type = header.value("Content-Type");
        String essence = essence(type);
        return type == null || essence.isEmpty() || essence.equals(OCTETS) || !Between.isSendable(type.trim())
                ? null
                : type.trim();
    }

    private static @Nullable Long changeTimestamp(@Nullable String text) {
        return text == null ? null : Values.changeTimestamp(text);
    }
}
