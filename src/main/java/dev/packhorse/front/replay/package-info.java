/**
 * Any stores as a ReplayTV 4000: the server side of its HTTPFS (HTTPFS.txt, read by the decisions in INTEROP.md).
 *
 * <p>An <em>export</em> is a file system of the device, named by the first segment of each path: {@code /Photo/a.jpg} is
 * {@code /a.jpg} in the store of the {@link dev.packhorse.front.replay.ReplayExport} {@code Photo}. A <em>command</em> is one HTTP
 * request, {@code GET /httpfs-ls?name=/Photo}; {@link dev.packhorse.front.replay.ReplayFront} opens its query, which may be
 * encrypted, and hands on to {@code Reading} or {@code Writing}. The <em>status</em> is the first line of the answer's body, with
 * the HTTP status 200 whatever it says. What is no command gets plain HTTP: the description of the device, or 404; the guide is not
 * emulated.
 *
 * <p>What the document leaves open is decided so that nothing is lost. {@code create}, {@code mkdir}, {@code cp} and {@code mv}
 * replace nothing. {@code rm} takes no directory with children; that it has none is looked up first, so that what somebody else puts
 * there in that moment goes with it. {@code writefile} changes a part of a file and never shortens it; it does not write beyond the
 * end, for that would make up bytes; the whole new content replaces the old at once, so that many small writes into a large file
 * are slow, and if somebody else has changed the file meanwhile nothing is written. {@code readfile} beyond the end is empty.
 * Devices have no symlinks: there are none here either, they are not listed and not found, and nothing replaces them. A store that
 * cannot tell its room has {@code cap=0} and {@code inuse=0}, as file systems do for which there is no such number.
 *
 * <p>Nothing here is access control: whoever reaches the port and says {@code User-Agent: Replay-HTTPFS/1} sees invisible exports,
 * and everybody can encrypt a query.
 *
 * <pre>{@code
 * ReplayFront front = new ReplayFront(description, InstantSource.system());
 * List<ReplayExport> exports = List.of(new ReplayExport("Photo", path, store, true, false, true, Long.MAX_VALUE));
 * try (ReplayAnswer answer = front.handle(request, exports)) {
 *     send(answer.statusLine(), answer.data());                               // "0\n" and the names
 * }
 * }</pre>
 *
 * <p>Blocking, thread-safe, without state but for a counter. No sockets: the framing that old clients survive is the listener's.
 */
@NullMarked
package dev.packhorse.front.replay;

import org.jspecify.annotations.NullMarked;
