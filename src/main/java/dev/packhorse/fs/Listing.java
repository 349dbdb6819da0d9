package dev.packhorse.fs;

import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/** Nodes one after the other. Used by one thread at a time; may be closed before its end. */
public interface Listing extends Closeable {

    /** The next node, or {@code null} behind the last. */
    @Nullable
    Node next() throws FsException;

    @Override
    void close() throws FsException;
}
