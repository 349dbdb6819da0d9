/**
 * Who asks, and how that is known.
 *
 * <p>A {@link dev.packhorse.identity.Caller} is who stands behind one request: a name with its groups, or nobody that is known,
 * and in any case the address that the request came from. What a caller may do is not decided here but by the rules of each export
 * ({@code policy.access}), in terms of the {@link dev.packhorse.identity.Right}s of this package.
 *
 * <p>Who is known stands in files ({@link dev.packhorse.identity.IdentityFiles}). {@link dev.packhorse.identity.Identities} reads all of
 * them together into a snapshot that does not change, and takes another one when they have; {@link
 * dev.packhorse.identity.AccountFiles} writes them, for the commands. Beside them an {@link dev.packhorse.identity.Issuer} of tokens may
 * name callers of its own.
 *
 * <p>The {@link dev.packhorse.identity.Authenticator} makes a caller of what a request shows. It takes one snapshot for the whole
 * request, asks the {@link dev.packhorse.identity.LoginGuard} before it looks at a credential, and tells it of wrong ones:
 *
 * <pre>{@code
 * Authentication answer = authenticator.authenticate(request, Authenticator.token(query), null, address);
 * if (answer instanceof Authentication.Accepted accepted) { ... accepted.caller() ... }
 * }</pre>
 *
 * <p>Everything here may be used by many threads. Authenticating blocks: it computes hashes, and may wait for the state database or
 * for an issuer, a few seconds at most. No {@code toString}, message or log of this package shows a password, a key, a token or a hash.
 */
@NullMarked
package dev.packhorse.identity;

import org.jspecify.annotations.NullMarked;
