/**
 * The server side of OpenHands' HTTP FileStore (HTTP-FILESTORE.md, read by the decisions in INTEROP.md, section 1).
 *
 * <p>A client knows a <em>base</em> URL, {@code http://host:8080/openhands/<export>}, and keeps small files below it:
 *
 * <pre>{@code
 * POST   {base}/files/sessions/1/events/0.json   201, or 200 for an overwrite; missing parents are made
 * GET    {base}/files/sessions/1/events/0.json   200; UTF-8 is called so, whatever the media type
 * GET    {base}/files/sessions/1/events//list    200 ["sessions/1/events/0.json"]
 * DELETE {base}/files/sessions/1                 204, with all below it, there or not
 * GET    {base}/health                           200 {"status":"ok"}, without credentials
 * }</pre>
 *
 * <p>Three generations of clients list in three ways; all of them work. {@link dev.packhorse.front.openhands.OpenHandsFront}
 * looks at method and path, {@code Files} reads, writes and removes, {@code JsonArray} makes a list while it is sent.
 * {@link dev.packhorse.front.openhands.Credentials} admits, by any one of what the operator has set.
 *
 * <p>The protocol knows files and directories. Symlinks are not shown, and what would be one is not there.
 */
@NullMarked
package dev.packhorse.front.openhands;

import org.jspecify.annotations.NullMarked;
