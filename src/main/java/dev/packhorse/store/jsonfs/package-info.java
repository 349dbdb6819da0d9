/**
 * The store {@code jsonfs+http(s):}, what a server shows by progrium's httpfs, version 1 (PROTOCOL.md; INTEROP.md, "our client").
 *
 * <p>The protocol has two requests. HEAD is what is known of an entry: {@link dev.packhorse.store.jsonfs.Head}; it may be used again
 * for a second, which the capabilities declare as staleness. GET is a file, or the names in a directory, of which each is then asked for by
 * HEAD, several at a time: {@link dev.packhorse.store.jsonfs.Entries}. Only 200 and 404 are understood, anything else is {@code IO},
 * redirects too.
 *
 * <p><b>Names.</b> An entry may be called otherwise than its URL says ({@code Content-Disposition}). The path of the URL is the
 * <em>wire</em> path; {@link dev.packhorse.store.jsonfs.Known} remembers where the two differ, and
 * {@link dev.packhorse.store.jsonfs.Lookup} looks through a directory for a name that no URL has. An entry that is called like the URL
 * of another is hidden by that.
 *
 * <p><b>What is not said.</b> A file without a length has size 0, but a read brings what comes; without a time it has that at which it
 * was first seen; without permissions it has 0644, a directory 0755.
 *
 * <p><b>Trust.</b> Names that could lead elsewhere are left out; a listing that is cut, or none, is a failure, never a short one,
 * and so is one with an entry that the server refuses to tell of.
 *
 * <pre>{@code
 * try (Store store = JsonfsStore.open(URI.create("http://host/files"), JsonfsOptions.of(temp))) {
 *     store.read(FsPath.parse("/readme.txt"));
 * }
 * }</pre>
 */
@NullMarked
package dev.packhorse.store.jsonfs;

import org.jspecify.annotations.NullMarked;
