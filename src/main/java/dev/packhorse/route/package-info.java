/**
 * A route is a store: the Camel components between fronts and back ends.
 *
 * <p>{@code export:/path} starts a route and makes it a {@link dev.packhorse.fs.Store}
 * ({@link dev.packhorse.route.RouteStore}): each operation becomes an {@link dev.packhorse.route.FsCall} that travels
 * through the route as the body of a message, past any Camel step, until {@code store:LOCATION} runs it against a real
 * store. What the store has answered goes back to the caller, whatever later steps make of the message.
 *
 * <p>Headers for expressions: {@code PackhorseOperation}, {@code PackhorsePath}, {@code PackhorseProtocol},
 * {@code PackhorseCaller}, {@code PackhorseExport}. A missing file is an answer, not a failure of the route: only
 * {@code UNAVAILABLE}, {@code TIMEOUT} and {@code IO} are exceptions that circuit breakers and failover see.
 * A route that lets a call pass no {@code store:} step (a filter, a choice without otherwise) refuses it.
 *
 * <p>A call is answered by one store. It may be tried on several, one after the other ({@code loadBalance} with failover,
 * redelivery, {@code onException}), until one answers; content to write is there once, so the first store that has begun to
 * read it is the last that is tried. {@code multicast}, {@code recipientList} with several recipients and two
 * {@code store:} steps in a row fail at the second store, with the first one's work done. A tapped call ({@code wireTap},
 * {@code InOnly}) may be logged and counted, but not sent to a store.
 *
 * <p>A copy or move within an export whose route has several stores is first sent along for its source and for its target,
 * without effect, to see where they lead; taps and throttles count these as well. If it is to different stores, the content
 * is read, written and read again through the route, call by call
 * ({@link dev.packhorse.fs.Trees#transfer}). A balancer that takes turns between stores is no place for copies and moves.
 *
 * <p>The same {@code store:} works in a route that starts anywhere else: the operation comes from the parameter
 * {@code operation} or else the header {@code PackhorseOperation}, the path likewise, content from the body.
 *
 * <p>{@code changes:/path} starts a route with each change of an export ({@link dev.packhorse.change}), in order: the next when
 * the one before has gone through. Headers {@code PackhorseOperation}, {@code PackhorsePath}, {@code PackhorseTarget} of a copy
 * or move, {@code PackhorseExport}, {@code PackhorseEventId}, {@code PackhorseTime}, {@code PackhorseLookAgain}; the body of a
 * write is what the file has when it is read, that of a link the target. Attributes alone are no change that is told. A message
 * that ends with an exception comes again, after growing pauses, and what overlaps it waits behind it. A step {@code
 * openhands-webhook:URL} takes changes, keeps their order, and lets the next come.
 */
@NullMarked
package dev.packhorse.route;

import org.jspecify.annotations.NullMarked;
