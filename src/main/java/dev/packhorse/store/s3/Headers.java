package dev.packhorse.store.s3;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.NodeType;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an object has beside its content.
 *
 * @param contentType media type
 * @param metadata user metadata
 */
record Headers(String contentType, Map<String, String> metadata) {

    /** Those of a file with a new content: given, or inherited from the file that it replaces, or the usual. */
    static Headers of(@Nullable Found replaced, AttributeChange change) {
        Map<String, String> inherited = Map.of();
        String type = change.mediaType();
        if (replaced != null && replaced.node().isFile()) {
            inherited = Metadata.inherited(replaced.metadata());
            type = type == null ? replaced.node().mediaType() : type;
        }
        return new Headers(
                Objects.requireNonNullElse(type, Metadata.UNTYPED), Metadata.with(inherited, NodeType.FILE, change));
    }
}
