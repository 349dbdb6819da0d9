/**
 * What the stores over buckets have in common: how paths become keys, attributes become metadata, and trees are made of keys.
 *
 * <p>A service gives an {@link dev.packhorse.store.object.ObjectBucket} (keys, pages, deletions) and a
 * {@link dev.packhorse.store.object.Service} (uploads, copies, changed metadata), each object told as
 * {@link dev.packhorse.store.object.Stored}. Over these, {@link dev.packhorse.store.object.Places} finds what is at a path,
 * {@link dev.packhorse.store.object.Ordered} lists, {@link dev.packhorse.store.object.Writing} makes and changes, and
 * {@link dev.packhorse.store.object.Transfers} copies, moves and removes. No client of a service is known here.
 *
 * <p><b>Rules.</b> A write under preconditions looks at what is there, and makes the service check that it still is
 * ({@link dev.packhorse.store.object.Condition}); if it is not, it looks again. So preconditions hold in one step with the write,
 * against everybody; locks by path ({@link dev.packhorse.store.object.Stripes}) only spare the writers of this process the
 * repetition. What is usual is not written ({@link dev.packhorse.store.object.Metadata}). A directory is there when a key begins
 * with it, and is kept by a marker when its last child goes.
 *
 * <p><b>Threads.</b> All may be called from many, but for what belongs to one operation: {@code Ordered}, {@code Upload},
 * {@code InFlight}.
 *
 * <pre>{@code
 * Places places = new Places(bucket);
 * Node node = places.existing(FsPath.parse("/a/b"), "stat").node();   // a/b, else a/b/..., else through symlinks
 * }</pre>
 */
@NullMarked
package dev.packhorse.store.object;

import org.jspecify.annotations.NullMarked;
