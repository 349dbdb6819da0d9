package dev.packhorse.store.object;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import java.io.Closeable;

/** One body on its way into an object, visible only when it is {@link #finish finished}. Used by one thread. */
public interface Upload extends Closeable {

    /**
     * Reads a body to its end.
     *
     * @param headers of the object, which a large one needs from the beginning
     * @param condition likewise
     */
    void receive(Body body, Headers headers, Condition condition) throws FsException;

    /** Tells whether what the object has beside its content is settled already. */
    boolean isBegun();

    /**
     * Makes the object visible. May be called again when the condition did not hold.
     *
     * @throws FsException {@code PRECONDITION_FAILED} if the condition does not hold, {@code BUSY} if it can no longer be changed
     */
    Stored finish(Headers headers, Condition condition) throws FsException;

    /** Leaves nothing behind of an object that is not finished. */
    @Override
    void close() throws FsException;
}
