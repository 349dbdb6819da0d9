package dev.packhorse.fs;

import java.io.Closeable;

/**
 * A tree of files somewhere.
 *
 * <p>The one interface between fronts and back ends. It is total: every store implements every operation, and an operation
 * whose {@link Capability} is not declared throws {@link FsException.Kind#UNSUPPORTED} before it has touched anything. All
 * operations may block and may be called from many threads at once. Paths are absolute within the store; a final symlink is
 * never followed by any operation, a symlink in the middle of a path is followed only while it stays inside the store.
 *
 * <p>Common to all operations, and not repeated below: a missing parent, or a parent that is a file, is {@code NOT_FOUND} or
 * {@code NOT_A_DIRECTORY}; a name that the store cannot hold is {@code INVALID_NAME}; a path that leads outside the store
 * through a symlink is {@code PERMISSION_DENIED}; an unreachable back end is {@code UNAVAILABLE} or {@code TIMEOUT}, never
 * {@code NOT_FOUND}; a failed {@link Preconditions} is {@code PRECONDITION_FAILED} (or {@code STALE} for an older change
 * timestamp) and leaves the store unchanged.
 *
 * <p>What this interface will not do: open a file for random writes, lock, or watch.
 */
public interface Store extends Closeable {

    /** Returns what this store, with everything around it, can do. The value may change only across a reconnect. */
    Capabilities capabilities();

    /**
     * Returns the metadata of one node.
     *
     * @throws FsException {@code NOT_FOUND} if nothing is there
     */
    Node stat(FsPath path) throws FsException;

    /**
     * Opens the direct children of a directory, in bytewise order of their UTF-8 names.
     *
     * <p>Memory does not depend on the number of children. Entries whose names {@link FsPath} refuses, and entries that are
     * neither file, directory nor symlink, are left out. An entry that vanishes while the listing is read is left out; one
     * that appears may or may not be seen. The caller closes the listing.
     *
     * @throws FsException {@code NOT_FOUND}, or {@code NOT_A_DIRECTORY} for a file or symlink
     */
    Listing list(FsPath directory) throws FsException;

    /**
     * Opens all descendants of a directory, without the directory itself, in bytewise order of their full paths.
     *
     * <p>It is part of the interface because object stores list a subtree in one flat request, which callers cannot compose
     * from {@link #list}; others return {@link Trees#walk}. Symlinks are returned, not followed. The order puts {@code /a},
     * {@code /a-b}, {@code /a/c}. The caller closes the listing.
     *
     * @throws FsException as {@link #list}
     */
    Listing walk(FsPath directory) throws FsException;

    /**
     * Opens a file, or reads a symlink, whose content is its target.
     *
     * <p>Node and bytes come from one opened handle: length, ETag and content never disagree, whatever happens to the path
     * meanwhile. The caller closes the content.
     *
     * @throws FsException {@code NOT_FOUND}, or {@code IS_A_DIRECTORY}
     */
    Content read(FsPath path) throws FsException;

    /**
     * Creates a file, or replaces the whole content of a file or symlink.
     *
     * <p>Atomic: a reader sees the old content or the new, whole. The body is read to its end before anything becomes
     * visible; if it fails, or does not have its declared length, the old content stays. Attributes not given are kept from
     * a replaced file, else permissions are 0644 and the time is now; a replaced symlink leaves nothing behind. Requires
     * {@link Capability#WRITE} and one capability for each attribute given. Preconditions are checked when the body has been
     * read, in one step with the replacement; a store may check them before as well.
     *
     * @return the new node, with the ETag that the next {@link #stat} shows
     * @throws FsException {@code IS_A_DIRECTORY}; {@code TOO_LARGE}; {@code NO_SPACE}; in each case nothing is changed
     */
    Node write(FsPath path, Body body, WriteOptions options) throws FsException;

    /**
     * Creates a directory, or applies the given attributes to one that exists, whose children stay.
     *
     * <p>Default permissions are 0755. Requires {@link Capability#WRITE}.
     *
     * @throws FsException {@code NOT_A_DIRECTORY} if a file or symlink is there
     */
    Node makeDirectory(FsPath path, WriteOptions options) throws FsException;

    /**
     * Creates a symlink, or replaces a file or symlink by it. The target is kept verbatim and never checked.
     *
     * <p>Requires {@link Capability#SYMLINKS}.
     *
     * @param target what the link says: one to 4,095 bytes of UTF-8 without NUL
     * @throws FsException {@code IS_A_DIRECTORY}; {@code INVALID_NAME} for a target that cannot be kept
     */
    Node link(FsPath path, String target, WriteOptions options) throws FsException;

    /**
     * Changes metadata of a node, without touching its content or its ETag. An attribute not given stays.
     *
     * <p>Requires one capability for each attribute given ({@link Capability#MODE}, ...). On a symlink the link itself is
     * changed; an attribute that the platform cannot keep for a symlink is left as it is.
     *
     * @throws FsException {@code NOT_FOUND}
     */
    Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException;

    /**
     * Copies a file, a symlink (as a symlink) or a whole directory. Mode, time and owner travel with it.
     *
     * <p>A file replaces a file or symlink, atomically for each file; a directory merges into an existing directory. The
     * preconditions hold for the source. After a failure in the middle of a directory what was copied stays. Requires
     * {@link Capability#WRITE}.
     *
     * @return the node at the target
     * @throws FsException {@code NOT_FOUND}; {@code ALREADY_EXISTS} if the target exists and must not be overwritten;
     *     {@code INVALID_NAME} if source and target are the same, or one of them is the root; {@code BUSY} for a directory
     *     into itself; {@code IS_A_DIRECTORY} for a file onto a directory; {@code NOT_A_DIRECTORY} for a directory onto a
     *     file
     */
    Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException;

    /**
     * Renames a node, with everything below it. There is no moment in which neither the old nor the new name is there.
     *
     * <p>A file or symlink replaces a file or symlink; a directory replaces an empty directory. The preconditions hold for
     * the source. Content and ETag stay. Requires {@link Capability#WRITE}.
     *
     * @return the node at the target
     * @throws FsException as {@link #copy}, and {@code NOT_EMPTY} for a directory onto one with children; nothing is changed
     */
    Node move(FsPath source, FsPath target, TransferOptions options) throws FsException;

    /**
     * Removes a file, a symlink (never its target) or a directory with all below it.
     *
     * <p>Requires {@link Capability#WRITE}. After a failure in the middle of a directory a part of it may be left, under its
     * old name.
     *
     * @throws FsException {@code NOT_FOUND}; {@code PERMISSION_DENIED} for the root of the store
     */
    void remove(FsPath path, Preconditions preconditions) throws FsException;

    /**
     * Returns the room that the store has. Requires {@link Capability#SPACE}.
     */
    Space space() throws FsException;

    /** Releases what the store holds. Operations in flight may fail; a closed store throws {@code UNAVAILABLE}. */
    @Override
    void close() throws FsException;
}
