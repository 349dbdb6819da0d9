package dev.packhorse.policy.overlay;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Node;

/** An opened file whose node carries its timestamp. */
final class StampedContent implements Content {

    private final Content content;
    private final Node node;

    StampedContent(Content content, long micros) {
        this.content = content;
        this.node = content.node().withChangeTimestamp(micros);
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public Body body(ByteRange range) {
        return content.body(range);
    }

    @Override
    public Body body() {
        return content.body();
    }

    @Override
    public void close() throws FsException {
        content.close();
    }
}
