/**
 * Listeners: from sockets to requests, and from responses to sockets.
 *
 * <p>Camel Netty HTTP owns the consumer, this package owns the channel: {@link dev.packhorse.server.HttpListener} is the
 * shared server that {@code netty-http} is told to use, and its pipeline is two handlers, a strict decoder and
 * {@link dev.packhorse.server.HttpConnection}. One connection carries one exchange at a time; what a client pipelines
 * waits in order.
 *
 * <p>{@link dev.packhorse.server.ReplayListener} is the emulated ReplayTV's: its requests are none that an HTTP server takes, and its
 * framing is none that one sends. It has a port and blocking threads of its own, one a connection, and one request on each;
 * {@link dev.packhorse.server.ReplaySettings} bounds it. Both listeners tell an {@link dev.packhorse.server.HttpObserver}.
 *
 * <p>Threads of the HTTP listener: an event loop decodes heads, moves body bytes and writes; a
 * {@link dev.packhorse.server.Workers} thread runs the route, the front and the store, and may block. A body being received is a
 * bounded queue between the two, a body being sent is pulled by a worker for as long as the socket takes bytes, so a slow reader
 * holds no thread.
 *
 * <p>What bounds a request: line, head and body sizes; time for a head, for progress of a body in both directions, and for
 * idling ({@link dev.packhorse.server.HttpSettings}).
 *
 * <p>What bounds a client is its share: {@link dev.packhorse.server.Limits} has one for each address and each identity that is
 * there, of what an {@link dev.packhorse.server.Allowance} says. An address is refused on the event loop, an identity by
 * {@link dev.packhorse.server.HttpExchange#admit}; a request holds permits for both until it is over. Bodies take their bytes from
 * buckets of the shares: a {@code Pace} lets the pieces of a response leave when there is room, and a socket whose client has sent too
 * much is not read for a while. Who the client is behind a proxy is known from {@link dev.packhorse.server.TrustedProxies}.
 *
 * <p>{@link dev.packhorse.server.SsdpResponder} is apart from all that: it tells neighbours where an emulated device is.
 */
@NullMarked
package dev.packhorse.server;

import org.jspecify.annotations.NullMarked;
