/**
 * How much an export may hold.
 *
 * <p>A {@link dev.packhorse.policy.quota.Quota} knows what an export holds: it is counted by a walk at the start and again from time to
 * time, and in between every change through the gateway is added. {@link dev.packhorse.policy.quota.QuotaStore} makes changes that
 * would go beyond it {@code NO_SPACE}; there is one around the export for each request, and all share the quota.
 *
 * <p>Room is <b>reserved</b> before bytes are written, and while they stream where nobody knows their number, so that uploads at the same
 * time cannot go beyond together. What is replaced counts as room; deleting gives it back.
 *
 * <p>Until the first count has ended, only what has changed since the start is known, and changes are allowed against that: a gateway that
 * starts again does not refuse uploads for as long as a large store takes to be walked. What others do to the store, another gateway
 * among them, and what a failure leaves half done, is known after the next count.
 */
@NullMarked
package dev.packhorse.policy.quota;

import org.jspecify.annotations.NullMarked;
