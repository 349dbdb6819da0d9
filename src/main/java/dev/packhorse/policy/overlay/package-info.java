/**
 * The overlay: what a store cannot keep is kept beside it, in the state database.
 *
 * <p>Two stores around the back end: {@link dev.packhorse.policy.overlay.OverlayStore} keeps change timestamps for any store,
 * the {@code CompletingStore} within it keeps mode, owner, modification time, media type and symlinks for stores that cannot.
 *
 * <p>Change timestamps. Words: the <b>stored value</b> of a path is the change timestamp, in microseconds since the epoch, of the
 * last ordered change of it; a change is <b>ordered</b> if its {@link dev.packhorse.fs.Preconditions} carry a timestamp; a
 * <b>tombstone</b> is the row of a path that has been removed; it is <b>due</b> after the retention, one hour by default.
 *
 * <p>Rules of timestamps
 * <ul>
 *   <li>An ordered change with an older timestamp than the stored value is {@code STALE} and changes nothing; an equal one is
 *       a retry and goes through. The stored value of a path never falls while its row lives.
 *   <li>Comparing, recording and changing the store are one step against every other ordered change of the path, by the
 *       lock of a row in the database, for all gateways on it. The body of a write streams before that step.
 *   <li>{@code remove} leaves tombstones for the path and for every stored value below it, with the timestamp of the removal
 *       if that is greater. A tombstone refuses older changes as a live row does, until it is due.
 *   <li>{@code move} is compared with both paths. The stored values below the source go with it, the source's own rows
 *       become tombstones. {@code copy} is compared with, and recorded for, the target only.
 *   <li>An unordered change neither looks at the stored value nor changes it; {@code remove} and {@code move} keep the rows
 *       in step with the tree. What is changed behind the gateway's back keeps its stored value.
 *   <li>Nodes show the stored value, also that of a tombstone under something created unordered.
 * </ul>
 *
 * <p>Reading costs no access to the database while a store has no row. Otherwise values are cached. Within a process the
 * cache is coherent; with several gateways on one database a reader may see a value that is five seconds old. Comparing
 * never uses the cache.
 *
 * <p>What it does not do: it does not order a change against one of an ancestor directory. A file written while its directory
 * is being moved may end up at the new name with its stored value at the old.
 *
 * <p>Nodes. Words: a <b>row</b> is what is kept of one node; it <b>belongs</b> to the file whose size, time and ETag it has seen;
 * an <b>intent</b> is a change written down before the store is touched; to <b>settle</b> one is to look at the store and let the
 * rows follow; a <b>turn</b> is the right to change paths within the process.
 *
 * <p>Rules of nodes
 * <ul>
 *   <li>What the store declares goes to the store. Only the rest goes into a row, and only if somebody gave it.
 *   <li>The store wins: a row that does not belong to what is there counts for nothing, and is collected in the background.
 *   <li>A symlink that is a row shows while the store has nothing at its path; in the middle of a path it is followed.
 *   <li>Store and rows change together: intent, store, then rows and intent in one transaction. What is left of a change that
 *       was interrupted is settled at the start, by the next change of its paths, and in the background.
 *   <li>Rows follow moves, copies and removals of trees by statements over ranges of keys.
 * </ul>
 *
 * <pre>{@code
 * OverlayTable table = new OverlayTable(dataSource, Clock.systemUTC(), OverlayTable.DEFAULT_RETENTION);
 * Store ordered = new OverlayStore(new LocalStore(...), "file:///srv/files", table);
 * ordered.write(path, body, WriteOptions.of(new Preconditions(null, null, null, 1_641_024_000_123_456L)));
 * }</pre>
 */
@NullMarked
package dev.packhorse.policy.overlay;

import org.jspecify.annotations.NullMarked;
