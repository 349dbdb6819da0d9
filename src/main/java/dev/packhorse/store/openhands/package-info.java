/**
 * The store {@code openhands+http(s):}, a remote OpenHands FileStore (HTTP-FILESTORE.md; INTEROP sections 1 and 2).
 *
 * <p>The protocol has four requests: write, read, remove, and the list of one level, for which there are three
 * {@link dev.packhorse.store.openhands.Dialect}s. All else is made of these.
 *
 * <p><b>What is there.</b> {@link dev.packhorse.store.openhands.Lookup} asks HEAD, then for a list, and where that is not certain the
 * list of the parent. Sizes are in no list: {@link dev.packhorse.store.openhands.SizeProbe}. Sizes, and what is a directory, are
 * remembered for a short while, which the capabilities declare as staleness; a read is never answered from memory.
 *
 * <p><b>Directories.</b> One without files does not exist there. A directory that is made here gets an empty file
 * {@code .openhands-directory}, which is hidden, and whose name is refused. A directory that somebody else has made goes with its
 * last file, where the server keeps no empty ones.
 *
 * <p><b>What it cannot.</b> No times, modes, owners, links: the overlay keeps those that somebody gives. Else everything shows the
 * epoch for a time. Copies go through this process, moves are copies and then removals. No ETags: preconditions hold among the
 * operations of one store only.
 *
 * <p><b>Names.</b> In {@code FILES_LIST} a file called {@code list} cannot be read, so it is refused and not shown; in {@code BARE_OPTIONS}
 * neither can what begins with {@code /files} and {@code /health}.
 *
 * <p><b>Trust.</b> The credential goes to the server of the base only: no redirect is followed, it is a failure. A list that is
 * cut is a failure, never a short listing.
 *
 * <pre>{@code
 * try (Store store = OpenHandsStore.open(URI.create("https://host/openhands"), OpenHandsOptions.of(temp))) {
 *     store.write(FsPath.parse("/settings.json"), Body.of(json), WriteOptions.DEFAULT);
 * }
 * }</pre>
 */
@NullMarked
package dev.packhorse.store.openhands;

import org.jspecify.annotations.NullMarked;
