/**
 * The server side of OpenHands' HTTP FileStore, and of its webhooks (HTTP-FILESTORE.md, read by the decisions in INTEROP.md, section 1).
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
 * <p>The other way round, an OpenHands that keeps its files elsewhere tells of each change by <em>webhook</em> (STORAGE.md, "Webhook
 * Protocol"; INTEROP.md, section 5), one at a time or in batches, and never asks:
 *
 * <pre>{@code
 * POST   {base}/sessions/1/events/0.json   200, a file
 * DELETE {base}/sessions/1                 204, there or not
 * POST   {base}                            200 [], or what of the batch made no sense
 *        [{"method":"POST","path":"a","content":"aGF5","encoding":"base64"},{"method":"DELETE","path":"b"}]
 * }</pre>
 *
 * <p>{@link dev.packhorse.front.openhands.WebhookFront} looks at the request; {@code Batch} reads the JSON by {@code JsonReader} into a
 * <em>delivery</em>, the file of one request in the {@code Spool}; with the answer it is safe there. The
 * {@link dev.packhorse.front.openhands.Mirror}, the only thread here, applies deliveries in order and deletes them. A batch that is
 * no JSON to its end is refused as a whole; an item that makes no sense is left out and told; what the store will not have later
 * is counted and logged.
 *
 * <p>The protocol knows files and directories. Symlinks are not shown, and what would be one is not there.
 */
@NullMarked
package dev.packhorse.front.openhands;

import org.jspecify.annotations.NullMarked;
