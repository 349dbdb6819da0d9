/**
 * The cache: what a store has said about its nodes is said again for a while without asking it.
 *
 * <p>Words: a <b>node</b> is kept with the <b>moment</b> of the question, not of the answer; <b>absent</b> is kept as a
 * node is ({@code NOT_FOUND} only); a listing that has been read to its end is kept <b>whole</b> and answers for each of its
 * children, and for the names that are not among them. A path is <b>settled</b> if the directories above it are known to be
 * directories, and no symlinks.
 *
 * <p>Rules
 * <ul>
 *   <li>Contents are never kept. Reading goes to the store, whose node replaces the kept one.
 *   <li>Within the ttl the cache answers. From half of it on (an option) an answer also causes a question in the background,
 *       so that what is in use never grows old. Behind the ttl it still answers at once for {@code staleWhileRevalidate}, and,
 *       where the store fails ({@code UNAVAILABLE}, {@code TIMEOUT}, {@code IO}), for {@code staleIfError}. Absence has a ttl
 *       of its own and is never answered behind it: a store that is down does not say that something is missing.
 *   <li>Of those who ask for the same at the same time one asks the store.
 *   <li>What a change touches is forgotten when the change has ended, whether or not it has succeeded: a failed one may have
 *       happened, and shows at the least that somebody knew something old. An answer to a question that was put before is
 *       not kept and is given to nobody who asks later ({@link dev.packhorse.policy.cache.Changes}).
 *   <li>Only settled paths are kept, since a node below a symlink has a second name under which it may be changed. What is
 *       changed below a symlink lets everything be forgotten. The first answer below a directory that nobody has asked for is
 *       not kept at once: the directories above it are asked for in the background before.
 *   <li>All is bounded in bytes, estimated, and in nodes. A listing that is larger than an eighth of the cache passes through
 *       it, and so does one that comes while as much as the half of it is on its way already; its nodes are kept one by one.
 *   <li>Where several gateways cache one store, each announces its changes ({@link dev.packhorse.policy.cache.Announcer}) when
 *       they have ended, and what others announce is forgotten. Between the two a cache may answer with what was.
 * </ul>
 *
 * <p>What it does not do: it does not see what others do to a store behind the gateways' backs, for one ttl, nor that names which differ in
 * case are one file, nor that hard links share a node.
 *
 * <p>Threads: at most two for each cache, in the background, gone when idle.
 *
 * <pre>{@code
 * Store cached = new CacheStore(remote, CacheStore.Options.of(Duration.ofSeconds(30)));
 * }</pre>
 */
@NullMarked
package dev.packhorse.policy.cache;

import org.jspecify.annotations.NullMarked;
