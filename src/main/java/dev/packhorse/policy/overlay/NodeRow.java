package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one node: attributes that its store cannot keep, or a symlink, whole.
 *
 * @param path where the store has the node
 * @param type what it was when the row was written
 * @param kept the attributes that somebody gave it
 * @param target what a symlink says that exists as this row only; {@code null} for anything that the store has
 * @param seen by what the store's node is known again
 */
record NodeRow(
        FsPath path,
        NodeType type,
        AttributeChange kept,
        @Nullable String target,
        Version seen) {

    static NodeRow of(FsPath path, Node node, AttributeChange kept) {
        return new NodeRow(path, node.type(), kept, null, Version.of(node));
    }

    static NodeRow link(FsPath path, String target, AttributeChange kept) {
        return new NodeRow(path, NodeType.SYMLINK, kept, target, Version.UNKNOWN);
    }

    /** Tells whether this is a symlink that the store does not have. */
    boolean isLink() {
        return target != null;
    }

    /** Tells whether this was written for the node that the store shows, not for one that was replaced. */
    boolean belongsTo(Node node) {
        return target == null && type == node.type() && (type == NodeType.DIRECTORY || seen.fits(node));
    }

    /** What is kept of a node that is there: nothing of another one. */
    static AttributeChange keptOf(@Nullable NodeRow row, @Nullable Node node) {
        if (row == null || node == null || !row.belongsTo(node)) {
            return AttributeChange.NONE;
        }
        // A directory stays the same when its children change, but it is no longer as old as somebody said.
        return node.isDirectory() && !row.seen.hasTimeOf(node) ? withoutTime(row.kept) : row.kept;
    }

    static AttributeChange withoutTime(AttributeChange kept) {
        return new AttributeChange(kept.mode(), null, kept.owner(), kept.mediaType());
    }

    /** Some attributes with others over them. */
    static AttributeChange over(AttributeChange base, AttributeChange change) {
        return new AttributeChange(
                change.mode() == null ? base.mode() : change.mode(),
                change.modified() == null ? base.modified() : change.modified(),
                change.owner() == null ? base.owner() : change.owner(),
                change.mediaType() == null ? base.mediaType() : change.mediaType());
    }

    /** The node of a symlink that exists as this row only. */
    Node linkNode(FsPath as, Owner owner, boolean etags) {
        String says = target == null ? "" : target;
        byte[] text = says.getBytes(StandardCharsets.UTF_8);
        Mode mode = kept.mode();
        Instant modified = kept.modified();
        Owner given = kept.owner();
        return new Node(
                as,
                NodeType.SYMLINK,
                mode == null ? Mode.SYMLINK_DEFAULT : mode,
                text.length,
                modified == null ? Instant.EPOCH : Version.kept(modified),
                given == null ? owner : given,
                etags ? etag(text) : null,
                kept.mediaType(),
                null);
    }

    /** A link is its target, so its tag is the target's: strong, and the same after a move. */
    private static String etag(byte[] target) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(target), 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
