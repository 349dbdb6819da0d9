/**
 * The store {@code memory:}, a tree in the heap.
 *
 * <p>It keeps all metadata but change timestamps, and forgets everything when it is closed. It is bounded: each node is
 * charged with a fixed sum beside its name and its bytes, so that neither large files nor many small ones can fill the heap.
 * What an open {@link dev.packhorse.fs.Content} still shows of a replaced or removed file is not charged any more.
 *
 * <p>Threads: one read/write lock around the tree. Bodies are read before the lock is taken. The bytes of a file never
 * change once they are visible; a replacement swaps them.
 */
@NullMarked
package dev.packhorse.store.memory;

import org.jspecify.annotations.NullMarked;
