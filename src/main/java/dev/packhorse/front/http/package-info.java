/**
 * What the fronts that speak HTTP share: requests, responses, targets.
 *
 * <p>A front is a function {@code (HttpRequest, RequestTarget, Store) -> HttpResponse}. Here is neither Camel nor Netty: the
 * server adapts both ends. Text from the wire is one char a byte until {@link dev.packhorse.front.http.WireText} or
 * {@link dev.packhorse.front.http.RequestTarget} decodes it, once.
 */
@NullMarked
package dev.packhorse.front.http;

import org.jspecify.annotations.NullMarked;
