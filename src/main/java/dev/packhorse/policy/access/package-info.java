/**
 * What an export lets whom do, and what it lets nobody do.
 *
 * <p>{@link dev.packhorse.policy.access.AccessRules} are what a route says; {@link dev.packhorse.policy.access.CallerRights} are
 * those rules for one caller; {@link dev.packhorse.policy.access.AccessStore} is the export as that caller has it, made for a
 * request. {@link dev.packhorse.policy.access.RestrictedStore} is the same for everybody: hidden and refused names, read-only,
 * the size of files.
 *
 * <p>Words: a <b>principal</b> is whom a rule speaks of: a user or a group by name, {@code users} (whoever has shown a credential),
 * {@code anyone}, or {@code @10.0.0.0/8} (who comes from there). A <b>grant</b> gives it {@link dev.packhorse.identity.Right}s:
 * {@code family:rw}. A <b>rule</b> is a list of grants for some paths: {@code /private/**: editors:rw}.
 *
 * <pre>{@code
 * access: >-
 *   family:rw, guests:r, @10.0.0.0/8:r;
 *   /private/**: editors:rw;
 *   /private/notice.txt: anyone:r
 * }</pre>
 *
 * <p>A caller has what all grants of the one rule that holds for a path give it, cut by the scope of its key. The rule with the longest
 * path holds, and replaces those above it. Checks are made on the {@link dev.packhorse.fs.FsPath} that is then used.
 *
 * <p>Not done here: a back end that takes {@code /Private} and {@code /private} for the same, or two spellings of an accent, is not
 * seen through; an export of such a store needs rules that grant nothing more above than below. Stores overlap where one location is
 * inside another: each export has its own rules only.
 */
@NullMarked
package dev.packhorse.policy.access;

import org.jspecify.annotations.NullMarked;
