package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody is about to do to a store, written down before the store is touched, so that whoever finds it can look at the
 * store and tell whether the rows have to follow.
 *
 * @param id its number; 0 before it is written down
 * @param instance the gateway that does it
 * @param path what is changed first: the target of a write, the source of a move
 * @param second the target of a move or copy; for {@link Operation#LINK} the symlink that goes when the change is done
 * @param kept the attributes that the node is to have; for {@link Operation#CHANGE} those to set, the store's own as well
 * @param before what was there before the change, at the path where something appears or is replaced; {@code null} for nothing
 * @param seen the version of {@code before}
 * @param size how many bytes a file will have, or -1
 */
record Intent(
        long id,
        String instance,
        Operation operation,
        FsPath path,
        @Nullable FsPath second,
        AttributeChange kept,
        @Nullable NodeType before,
        Version seen,
        long size) {

    /** What kinds of change need both, the store and rows. */
    enum Operation {
        /** Nothing yet: the paths are taken, for a look at the store before the plan. */
        RESERVE,
        WRITE,
        MAKE_DIRECTORY,
        CHANGE,
        /** The symlink is a row already, hidden by a file that has to go. */
        LINK,
        COPY,
        MOVE,
        REMOVE
    }

    Intent numbered(long number) {
        return new Intent(number, instance, operation, path, second, kept, before, seen, size);
    }

    List<FsPath> paths() {
        return second == null ? List.of(path) : List.of(path, second);
    }

    /** Tells whether a node is what was there before the change. */
    boolean wasBefore(@Nullable Node node) {
        return node == null ? before == null : node.type() == before && seen.fits(node);
    }
}
