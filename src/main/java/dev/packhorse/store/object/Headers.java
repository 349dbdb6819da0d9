package dev.packhorse.store.object;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Node;
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
public record Headers(String contentType, Map<String, String> metadata) {

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

    /** Those of an object that shall keep all of them, its time included, but what is changed. */
    static Headers changed(Node node, Stored source, AttributeChange change) {
        AttributeChange dated = change.modified() != null
                ? change
                : new AttributeChange(change.mode(), node.modified(), change.owner(), change.mediaType());
        String type = change.mediaType() == null ? source.contentType() : change.mediaType();
        return new Headers(
                Objects.requireNonNullElse(type, Metadata.UNTYPED),
                Metadata.with(source.metadata(), node.type(), dated));
    }

    /** The same, with the name of the write that they come with. */
    Headers writtenBy(String write) {
        return new Headers(contentType, Metadata.writtenBy(metadata, write));
    }

    /** Those that an object has. */
    static Headers same(Stored source) {
        return new Headers(Objects.requireNonNullElse(source.contentType(), Metadata.UNTYPED), source.metadata());
    }
}
