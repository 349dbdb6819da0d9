package dev.packhorse.store.memory;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.time.Instant;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A file, symlink or directory of the tree. Its state is swapped whole, so that a reader without the lock sees one state. */
final class Entry {

    /** Everything about an entry that can change. */
    record State(
            Mode mode,
            Instant modified,
            Owner owner,
            @Nullable String etag,
            @Nullable String mediaType,
            Bytes content) {

        State with(AttributeChange change) {
            return new State(
                    change.mode() == null ? mode : change.mode(),
                    change.modified() == null ? modified : change.modified(),
                    change.owner() == null ? owner : change.owner(),
                    etag,
                    change.mediaType() == null ? mediaType : change.mediaType(),
                    content);
        }

        State at(Instant time) {
            return new State(mode, time, owner, etag, mediaType, content);
        }

        /** What this occupies, beside its node and name. */
        long cost() {
            return content.length() + (mediaType == null ? 0 : 2L * mediaType.length());
        }
    }

    private final NodeType type;
    private final ConcurrentSkipListMap<String, Entry> children = new ConcurrentSkipListMap<>(FsPath.BYTEWISE);
    private volatile State state;

    Entry(NodeType type, State state) {
        this.type = type;
        this.state = state;
    }

    NodeType type() {
        return type;
    }

    boolean isDirectory() {
        return type == NodeType.DIRECTORY;
    }

    /** By name, in bytewise order; empty for what is no directory. */
    ConcurrentSkipListMap<String, Entry> children() {
        return children;
    }

    State state() {
        return state;
    }

    void state(State next) {
        state = next;
    }

    void touch(Instant time) {
        state = state.at(time);
    }

    Node node(FsPath path) {
        return node(path, state);
    }

    Node node(FsPath path, State seen) {
        return new Node(
                path,
                type,
                seen.mode(),
                seen.content().length(),
                seen.modified(),
                seen.owner(),
                seen.etag(),
                seen.mediaType(),
                null);
    }
}
