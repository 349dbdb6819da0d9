package dev.packhorse.fs;

import java.io.Closeable;

/** An opened file or symlink: its node, and its bytes for as long as this is open. */
public interface Content extends Closeable {

    /** The node as it was when the handle was opened. */
    Node node();

    /**
     * Some of the bytes. May be called more than once, one body at a time. A store that fails, or a file that has shrunk,
     * makes the body's stream throw: it never ends early.
     *
     * @param range within {@code 0} to {@code node().size()}
     */
    Body body(ByteRange range);

    /** All of the bytes. */
    default Body body() {
        return body(new ByteRange(0, node().size()));
    }

    /** Releases the handle, at once, also in the middle of a body. */
    @Override
    void close() throws FsException;
}
