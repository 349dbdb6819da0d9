/**
 * The server side of progrium's httpfs, version 1 (PROTOCOL.md, read by the decisions in INTEROP.md). Its only client, a FUSE program in
 * Go, mounts what is at a URL, for reading only:
 *
 * <pre>{@code
 * GET  /jsonfs/files         200  {"dirs":["docs/","hello.txt"],"dir":["docs/","hello.txt"]}
 * GET  /jsonfs/files/docs    200  the same for a directory below, without a slash behind it
 * HEAD /jsonfs/files/a.txt   200  Content-Length, Last-Modified, Content-Permissions: 0644
 * GET  /jsonfs/files/none    404
 * }</pre>
 *
 * <p>{@link dev.packhorse.front.jsonfs.JsonfsFront} looks at the method, {@code Reading} answers, {@code Statuses} decides with what
 * status. The client asks for each entry of a listing by itself, and drops the whole directory, silently, if one of them is not there:
 * {@code Shown} leaves out what it could not ask for, and {@code ListingBody} sends the rest under both keys, the document's and that which
 * the client reads.
 *
 * <p>The protocol knows files and directories. A symlink is shown as what it leads to, by {@code Links}, as long as that is in the
 * store; where an absolute one leads, only a store can tell whose links begin at its own root.
 */
@NullMarked
package dev.packhorse.front.jsonfs;

import org.jspecify.annotations.NullMarked;
