/**
 * A route is a store: the Camel components between fronts and back ends.
 *
 * <p>{@code export:/path} starts a route and makes it a {@link dev.packhorse.fs.Store}
 * ({@link dev.packhorse.route.RouteStore}): each operation becomes an {@link dev.packhorse.route.FsCall} that travels
 * through the route as the body of a message, past any Camel step, until {@code store:LOCATION} runs it against a real
 * store. The outcome travels back.
 *
 * <p>Headers for expressions: {@code PackhorseOperation}, {@code PackhorsePath}, {@code PackhorseProtocol},
 * {@code PackhorseCaller}, {@code PackhorseExport}. A missing file is an answer, not a failure of the route: only
 * {@code UNAVAILABLE}, {@code TIMEOUT}, {@code BUSY} and {@code IO} are exceptions that circuit breakers and failover see.
 * A route that ends without a {@code store:} step (a filter, a choice without otherwise) refuses the call.
 *
 * <p>The same {@code store:} works in a route that starts anywhere else: the operation comes from the parameter
 * {@code operation} or the header {@code PackhorseOperation}, the path likewise, content from the body.
 */
@NullMarked
package dev.packhorse.route;

import org.jspecify.annotations.NullMarked;
