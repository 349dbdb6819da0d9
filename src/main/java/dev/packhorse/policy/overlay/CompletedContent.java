package dev.packhorse.policy.overlay;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Node;

/** An opened file whose node carries what the overlay keeps of it. */
final class CompletedContent implements Content {

    private final Content content;
    private final Node node;

    CompletedContent(Content content, Node node) {
        this.content = content;
        this.node = node;
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
