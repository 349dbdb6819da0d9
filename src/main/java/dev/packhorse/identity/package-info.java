/**
 * Who asks, and how that is known.
 *
 * <p>A {@link dev.packhorse.identity.Caller} is who stands behind one request: a name with its groups, or nobody that is known,
 * and in any case the address that the request came from. What a caller may do is not decided here but by the rules of each export
 * ({@code policy.access}), in terms of the {@link dev.packhorse.identity.Right}s of this package.
 */
@NullMarked
package dev.packhorse.identity;

import org.jspecify.annotations.NullMarked;
