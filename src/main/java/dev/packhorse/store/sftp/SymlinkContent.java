package dev.packhorse.store.sftp;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.Node;
import java.util.Arrays;

/** The target of a symlink. */
record SymlinkContent(Node node, byte[] target) implements Content {

    @Override
    public Body body(ByteRange range) {
        return Body.of(Arrays.copyOfRange(target, (int) range.offset(), (int) range.end()));
    }

    @Override
    public void close() {
        // There is no handle.
    }
}
