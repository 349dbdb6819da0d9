/**
 * What stores share that are behind web servers. It is no store itself, and knows none (decision 0014).
 *
 * <p>A {@link dev.packhorse.store.http.WebClient} asks; an {@link dev.packhorse.store.http.Answer} is what comes back, to be
 * closed by who asked; {@link dev.packhorse.store.http.WebErrors} says what a refusal or a lost connection means.
 * {@link dev.packhorse.store.http.WebContent} is a file whose bytes are on their way, for servers with ranges;
 * {@link dev.packhorse.store.http.WatchedEntity} a body that does not wait for ever for a server that takes nothing. All but the
 * last two may be used by many threads.
 *
 * <pre>{@code
 * try (Answer answer = client.ask(new HttpGet(uri))) {
 *     if (answer.status() != 200) {
 *         throw WebErrors.refused(answer.status(), "read", path);
 *     }
 *     answer.stream().transferTo(out);
 * }
 * }</pre>
 */
@NullMarked
package dev.packhorse.store.http;

import org.jspecify.annotations.NullMarked;
