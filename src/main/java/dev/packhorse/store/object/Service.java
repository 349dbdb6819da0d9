package dev.packhorse.store.object;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;

/** What each service does in its own way: new contents, copies, and changed metadata. */
public interface Service {

    /**
     * Begins an object.
     *
     * @param symlink whether it is one
     */
    Upload upload(String key, boolean symlink, String operation, FsPath path);

    /**
     * Copies one version of an object on the server, with everything it has but what is given.
     *
     * @return what is there now
     * @throws FsException {@code PRECONDITION_FAILED} or {@code NOT_FOUND} if that version is no longer there, or the condition for
     *     the target does not hold
     */
    Stored copy(Stored source, String target, Headers headers, Condition condition, String operation, FsPath path)
            throws FsException;

    /**
     * Gives one version of an object other metadata. Its content and its ETag stay.
     *
     * @throws FsException as {@link #copy}
     */
    Stored change(Stored source, Headers headers, String operation, FsPath path) throws FsException;
}
