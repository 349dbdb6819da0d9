package dev.packhorse.fs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The value of an {@code If-Match} or {@code If-None-Match}: {@code *}, or entity tags (RFC 9110, 13.1.1 and 13.1.2).
 *
 * @param any the value is {@code *}
 * @param tags the tags, without quotes; for a weak tag the text with its {@code W/} and quotes, which no strong tag equals
 */
public record EtagMatch(boolean any, List<String> tags) {

    /** The value {@code *}. */
    public static final EtagMatch ANY = new EtagMatch(true, List.of());

    public EtagMatch {
        tags = List.copyOf(tags);
    }

    /** Tells whether a node is there that the value names. */
    public boolean matches(@Nullable Node current) {
        return current != null && (any || (current.etag() != null && tags.contains(current.etag())));
    }
}
