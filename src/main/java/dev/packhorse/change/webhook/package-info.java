/**
 * OpenHands' webhook protocol, sending side (STORAGE, "Webhook Protocol"; INTEROP section 4).
 *
 * <p>Plain: {@code POST url/path} with the raw contents after a write, {@code DELETE url/path} after a removal. In batches: one
 * {@code POST url} with a JSON array of {@code {"method", "path", "content", "encoding"}}; paths begin without a slash,
 * {@code encoding} is there only where the bytes are no UTF-8, and is {@code base64} then.
 *
 * <p>Rules
 * <ul>
 *   <li>Directories do not exist: what is copied or moved is sent file by file, a removed tree is one {@code DELETE}. A symlink
 *       is sent as a {@code DELETE} of what was there.
 *   <li>Only 2xx is a success. A request is tried three times, a second apart; then its changes fail and come again later, or
 *       are dropped ({@link dev.packhorse.change.webhook.WebhookOptions.Retry}).
 *   <li>What a receiver refuses as a batch (4xx) comes again change by change, so that one that it will not have keeps no other.
 *   <li>Changes of overlapping paths keep their order. When one fails, those behind it fail too, and none is taken until whoever
 *       sends them off has heard of it ({@link dev.packhorse.change.Delivery#overtakes}).
 *   <li>In a batch a path is where it was written last. A {@code DELETE} takes away what the batch held at and below its path, and
 *       stays in front of what is written there later, also at its own path: a directory may have been there.
 * </ul>
 *
 * <p>Each request has {@code X-Packhorse-Event-Id}, the same when it is sent again and no other's, {@code X-Packhorse-Timestamp},
 * and with a secret {@code X-Packhorse-Signature}, {@code sha256=} and the HMAC of method, target, timestamp and event id, each
 * ended by a line feed, and the body.
 *
 * <p>Memory: plain requests stream; a batch holds its contents up to its limit, two batches at a time; a larger file goes alone
 * and is read while it is sent.
 *
 * <p>Example: {@code write a/1, write b, remove a, write a/1} becomes {@code POST b, DELETE a, POST a/1}.
 */
@NullMarked
package dev.packhorse.change.webhook;

import org.jspecify.annotations.NullMarked;
