/**
 * Changes: what happens to an export through the gateway, for whoever wants to know, also if they are not there at the moment.
 *
 * <p>Words: a <b>change</b> is one operation that wrote, made, linked, copied, moved or removed something, a whole tree as one; a
 * <b>subscriber</b> is who gets all changes of an export, in order, and has a place of its own in them; an <b>intent</b> is a
 * change that is written down before it happens; to <b>claim</b> a change is to be the only one who delivers it, for a
 * <b>lease</b> that is renewed while the process lives; two paths <b>overlap</b> if one is the other or lies below it.
 *
 * <p>Rules
 * <ul>
 *   <li>An intent is durable before the store publishes anything, so no kill loses a change. What became of it is written behind
 *       the operation, with the next intent. Intents that nobody holds any more are delivered as <b>look again</b>: they may
 *       not have happened.
 *   <li>Changes of overlapping paths are delivered in order: that of their numbers, since one that began after another had ended
 *       has the greater one. Two that overlapped in time as well have no order that anybody knows; both are look again. The last
 *       of them to be delivered looks at a store that has both.
 *   <li>Contents are not kept. Who delivers a write reads what is there now, which may be newer; if it is gone, a later change
 *       says so.
 *   <li>Each subscriber has a row for each change, deleted when it has arrived. Who does not come back for a retention is
 *       forgotten with all that waits. Nobody waits: nothing is recorded.
 *   <li>Gateways that share the database share the work: under a lock of the subscriber's row, which others skip, each claims a
 *       slice that overlaps nothing that another one is at.
 *   <li>Too many changes, or too old ones, are given up, counted and logged; or the operations are refused ({@link
 *       dev.packhorse.change.Outbox.WhenFull}). A database that fails refuses them as well.
 * </ul>
 *
 * <p>What it does not do: it does not see what others do to the store behind the gateway's back, nor changes of attributes:
 * a change is that a path was written, removed or moved (ARCHITECTURE, "Words"). A new
 * subscriber is known to other gateways after some seconds, and gets what happens there from then on.
 *
 * <p>Threads: one writes to the database for all (many operations share a commit), one looks after leases and limits.
 *
 * <pre>{@code
 * Outbox outbox = Outbox.open(dataSource, InstantSource.system(), false, Outbox.Options.DEFAULT);
 * Subscription mirror = outbox.subscribe(export, "mirror");
 * Store recorded = outbox.recording(export, store);
 * recorded.write(path, body, WriteOptions.DEFAULT);
 * for (Change change : mirror.claim(100)) {
 *     Effects.of(change, store, sink);
 *     mirror.delivered(change);
 * }
 * }</pre>
 */
@NullMarked
package dev.packhorse.change;

import org.jspecify.annotations.NullMarked;
