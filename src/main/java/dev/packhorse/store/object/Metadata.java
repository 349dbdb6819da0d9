package dev.packhorse.store.object;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Attributes as user metadata, in the manner of s3fs: {@code mode} is the full {@code st_mode} in decimal, {@code uid} and
 * {@code gid} are decimal, {@code mtime} is decimal seconds since the epoch with up to nine digits behind a point (as rclone
 * writes it, too).
 *
 * <p>What is usual is not written: permissions of 0644, 0755 for a directory; owner 0:0; a time that is the one of the object.
 * What cannot be understood is taken for not written.
 */
public final class Metadata {

    /** The media type of an object for which nobody gave one: the default of S3, and ours for GCS. */
    public static final String UNTYPED = "binary/octet-stream";

    /** The media type of directory markers, as s3fs writes it. */
    public static final String DIRECTORY = "application/x-directory";

    private static final String MODE = "mode";
    private static final String UID = "uid";
    private static final String GID = "gid";
    private static final String MTIME = "mtime";

    /** Names the write under a condition that made an object; nobody's attribute, and of no meaning in a copy. */
    private static final String WRITE = "packhorse-write";

    private Metadata() {}

    /** A file or symlink with its metadata. */
    public static Node node(
            FsPath path,
            Map<String, String> metadata,
            long size,
            @Nullable String etag,
            Instant lastModified,
            @Nullable String contentType) {
        Long bits = number(metadata, MODE);
        boolean symlink = bits != null && Mode.typeOf(bits.intValue()) == NodeType.SYMLINK;
        NodeType type = symlink ? NodeType.SYMLINK : NodeType.FILE;
        return new Node(
                path,
                type,
                mode(bits, type),
                size,
                modified(metadata, lastModified.truncatedTo(ChronoUnit.SECONDS)),
                owner(metadata),
                unquoted(etag),
                symlink || UNTYPED.equals(contentType) ? null : contentType,
                null);
    }

    /** A directory with the metadata of its marker. */
    static Node directory(FsPath path, Map<String, String> metadata) {
        return new Node(
                path,
                NodeType.DIRECTORY,
                mode(number(metadata, MODE), NodeType.DIRECTORY),
                0,
                modified(metadata, Instant.EPOCH),
                owner(metadata),
                null,
                null,
                null);
    }

    /** Metadata with some of it changed; what is not ours stays. */
    static Map<String, String> with(Map<String, String> metadata, NodeType type, AttributeChange change) {
        Map<String, String> changed = new TreeMap<>(metadata);
        if (type == NodeType.SYMLINK) {
            // Without the type in it a symlink would be a file.
            changed.putIfAbsent(MODE, bits(Mode.SYMLINK_DEFAULT, type));
        }
        if (change.mode() != null) {
            changed.put(MODE, bits(change.mode(), type));
            if (type != NodeType.SYMLINK && change.mode().equals(usual(type))) {
                changed.remove(MODE);
            }
        }
        if (change.owner() != null) {
            changed.put(UID, Long.toString(change.owner().uid()));
            changed.put(GID, Long.toString(change.owner().gid()));
        }
        if (change.modified() != null) {
            changed.put(MTIME, text(change.modified()));
        }
        return changed;
    }

    /** What a new content of a file inherits: everything of ours but the time. */
    static Map<String, String> inherited(Map<String, String> metadata) {
        Map<String, String> kept = new TreeMap<>(metadata);
        kept.keySet().removeIf(name -> !name.equals(MODE) && !name.equals(UID) && !name.equals(GID));
        return kept;
    }

    /** Metadata that name the write they come with. */
    static Map<String, String> writtenBy(Map<String, String> metadata, String write) {
        Map<String, String> named = new TreeMap<>(metadata);
        named.put(WRITE, write);
        return named;
    }

    /** Tells whether metadata have come with a write. */
    static boolean isWrittenBy(Map<String, String> metadata, String write) {
        return write.equals(metadata.get(WRITE));
    }

    /** An entity tag as the service writes it, without its quotes. */
    public static @Nullable String unquoted(@Nullable String etag) {
        return etag != null && etag.length() > 1 && etag.startsWith("\"") && etag.endsWith("\"")
                ? etag.substring(1, etag.length() - 1)
                : etag;
    }

    private static String bits(Mode mode, NodeType type) {
        return Integer.toString(mode.bits(type));
    }

    private static Mode mode(@Nullable Long bits, NodeType type) {
        return bits == null ? usual(type) : Mode.ofBits(bits.intValue());
    }

    private static Mode usual(NodeType type) {
        return switch (type) {
            case FILE -> Mode.FILE_DEFAULT;
            case DIRECTORY -> Mode.DIRECTORY_DEFAULT;
            case SYMLINK -> Mode.SYMLINK_DEFAULT;
        };
    }

    private static Owner owner(Map<String, String> metadata) {
        Long uid = number(metadata, UID);
        Long gid = number(metadata, GID);
        return new Owner(uid == null ? 0 : uid, gid == null ? 0 : gid);
    }

    /** A number that fits everywhere here: up to 2^32-2, the largest owner. */
    private static @Nullable Long number(Map<String, String> metadata, String name) {
        String text = metadata.get(name);
        if (text == null || text.isEmpty() || text.length() > 10) {
            return null;
        }
        try {
            long number = Long.parseLong(text);
            return number < 0 || number > 0xFFFF_FFFEL ? null : number;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static Instant modified(Map<String, String> metadata, Instant otherwise) {
        String text = metadata.get(MTIME);
        if (text == null || text.length() > 40) {
            return otherwise;
        }
        try {
            BigDecimal seconds = new BigDecimal(text);
            // An exponent would blow the number up to as many digits.
            if (seconds.precision() - seconds.scale() > 12 || seconds.scale() > 40) {
                return otherwise;
            }
            BigDecimal whole = seconds.setScale(0, RoundingMode.FLOOR);
            long nanos = seconds.subtract(whole)
                    .movePointRight(9)
                    .setScale(0, RoundingMode.FLOOR)
                    .longValueExact();
            return Instant.ofEpochSecond(whole.longValueExact(), nanos);
        } catch (NumberFormatException | DateTimeException e) {
            return otherwise;
        }
    }

    private static String text(Instant time) {
        BigDecimal seconds = BigDecimal.valueOf(time.getEpochSecond()).add(BigDecimal.valueOf(time.getNano(), 9));
        return time.getNano() == 0 ? Long.toString(time.getEpochSecond()) : seconds.toPlainString();
    }
}
