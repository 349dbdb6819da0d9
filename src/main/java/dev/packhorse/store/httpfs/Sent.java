package dev.packhorse.store.httpfs;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.wire.httpfs.Between;
import dev.packhorse.wire.httpfs.Wire;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The headers of a request that changes something. */
final class Sent {

    /** IMF-fixdate (RFC 9110, 5.6.7). */
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private final Dialect dialect;
    private final String operation;
    private final FsPath path;
    private final Map<String, String> headers = new LinkedHashMap<>();

    Sent(Dialect dialect, String operation, FsPath path) {
        this.dialect = dialect;
        this.operation = operation;
        this.path = path;
    }

    Map<String, String> headers() {
        return headers;
    }

    Sent with(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /**
     * Metadata to give.
     *
     * @param type what it is given to; {@code null} if nobody knows
     * @throws FsException {@code INVALID_NAME} for a media type that is no header's value
     */
    Sent with(AttributeChange attributes, @Nullable NodeType type) throws FsException {
        if (attributes.mode() != null) {
            int bits = type == null
                    ? attributes.mode().permissions()
                    : attributes.mode().bits(type);
            with(Wire.CONTENT_MODE, Integer.toString(bits));
        }
        Instant modified = attributes.modified();
        if (modified != null) {
            long seconds = modified.getEpochSecond();
            int nanos = modified.getNano();
            with(Wire.CONTENT_MODIFIED, Long.toString(seconds));
            if (dialect == Dialect.PACKHORSE && nanos != 0) {
                with(Between.NANOS, Integer.toString(nanos));
            }
        }
        if (attributes.owner() != null) {
            with(
                    Wire.CONTENT_OWNERSHIP,
                    attributes.owner().uid() + ":" + attributes.owner().gid());
        }
        String mediaType = attributes.mediaType();
        if (mediaType != null) {
            if (!Between.isSendable(mediaType)) {
                throw new FsException(Kind.INVALID_NAME, operation, path);
            }
            with(Between.MEDIA_TYPE, mediaType);
        }
        return this;
    }

    /**
     * What must hold, and the {@code Change-Timestamp} of the change: a {@link Dialect#PLAIN} server, which may order what comes from
     * several clients by it, is given the time of this host, as by the wanix client, where nobody gave another. A
     * {@link Dialect#PACKHORSE} has changes that are not ordered.
     *
     * @throws FsException {@code PRECONDITION_FAILED} for a list of tags without any, which nothing matches
     */
    Sent with(Preconditions preconditions) throws FsException {
        EtagMatch ifMatch = preconditions.ifMatch();
        if (ifMatch != null) {
            if (!ifMatch.any() && ifMatch.tags().isEmpty()) {
                throw new FsException(Kind.PRECONDITION_FAILED, operation, path);
            }
            with("If-Match", list(ifMatch));
        }
        EtagMatch ifNoneMatch = preconditions.ifNoneMatch();
        if (ifNoneMatch != null && (ifNoneMatch.any() || !ifNoneMatch.tags().isEmpty())) {
            with("If-None-Match", list(ifNoneMatch));
        }
        if (preconditions.ifUnmodifiedSince() != null) {
            with("If-Unmodified-Since", DATE.format(preconditions.ifUnmodifiedSince()));
        }
        Long given = preconditions.changeTimestamp();
        if (given != null || dialect == Dialect.PLAIN) {
            with(Wire.CHANGE_TIMESTAMP, Long.toString(given == null ? micros() : given));
        }
        return this;
    }

    private static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    private static String list(EtagMatch match) {
        return match.any()
                ? "*"
                : match.tags().stream()
                        .map(tag -> tag.startsWith("W/\"") ? tag : '"' + tag + '"')
                        .collect(Collectors.joining(", "));
    }
}
