package dev.packhorse.store.sftp;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.Node;
import java.nio.charset.StandardCharsets;

/**
 * The target of a symlink.
 *
 * @param target what the link says, raw
 */
record SymlinkContent(Node node, String target) implements Content {

    @Override
    public Body body(ByteRange range) {
        String part = target.substring((int) range.offset(), (int) range.end());
        return Body.of(part.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() {
        // There is no handle.
    }
}
