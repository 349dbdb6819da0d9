/**
 * The store {@code httpfs+http(s):}, the client of the HTTP Filesystem Protocol (SPEC.md; INTEROP sections 1 and 2): another
 * Packhorse, wanix, apptron, star9.
 *
 * <p><b>Who is there.</b> Before its first operation, and again after the server was lost, the store asks by OPTIONS. A
 * {@link dev.packhorse.store.httpfs.Dialect#PACKHORSE} tells what its own store can do, which is then declared here, and is trusted
 * with all of the contract: each operation is one request, and nothing is lost, however many of them stand in a row (decision
 * 0015). Of a {@link dev.packhorse.store.httpfs.Dialect#PLAIN} server nothing is taken for granted but the document: what is there
 * is looked at before a change, preconditions are checked here as well as sent, and the overlay keeps owners, media types and
 * change timestamps.
 *
 * <p><b>Listings.</b> {@link dev.packhorse.store.httpfs.Lister} asks for parts ({@code /:}, {@code /...}, or
 * {@code Accept: multipart/mixed}), which {@link dev.packhorse.store.httpfs.PartsParser} reads in bounded memory; where a server has
 * none, for the plain listing, and {@link dev.packhorse.store.httpfs.Heads} asks for each entry when it is looked at. What a server
 * lacks is remembered. A listing that is cut is a failure, never a short listing.
 *
 * <p><b>Changes</b> are sent once, with a {@code Change-Timestamp}. A connection that breaks under one leaves open whether it has
 * happened.
 *
 * <p><b>Names.</b> {@code :} and {@code ...} are refused. What a server lists that is no name of ours is left out.
 *
 * <p><b>Trust.</b> The credential goes to the server of the base only: no redirect is followed, it is a failure.
 *
 * <pre>{@code
 * try (Store store = HttpfsStore.open(URI.create("http://host:8080/fs/files"), HttpfsOptions.DEFAULT)) {
 *     store.write(FsPath.parse("/a"), Body.of(bytes), WriteOptions.DEFAULT);
 * }
 * }</pre>
 */
@NullMarked
package dev.packhorse.store.httpfs;

import org.jspecify.annotations.NullMarked;
