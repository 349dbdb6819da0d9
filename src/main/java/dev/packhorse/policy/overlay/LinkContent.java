package dev.packhorse.policy.overlay;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.Node;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The target of a symlink that is a row. */
record LinkContent(Node node, String target) implements Content {

    @Override
    public Body body(ByteRange range) {
        byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
        return Body.of(Arrays.copyOfRange(bytes, (int) range.offset(), (int) range.end()));
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
