/**
 * The store {@code vfs:}, any file system of Commons VFS 2.10: {@code file}, {@code tmp}, {@code ram}, {@code res},
 * {@code http} and {@code https}, {@code webdav4} and {@code webdav4s}, the archives of the package {@code archive} in
 * any of them or in {@code ftp}, in any number of layers, and what plugins provide.
 *
 * <p>Words: a <b>drive</b> is what a provider can do by itself ({@link dev.packhorse.store.vfs.Drive}); {@link
 * dev.packhorse.store.vfs.VfsStore} adds what the contract asks for: atomic writes, transfers, preconditions. A
 * <b>manager</b> is Commons VFS's {@code FileSystemManager}; each is in the hands of one operation at a time ({@link
 * dev.packhorse.store.vfs.ManagerPool}), an open file keeps its own.
 *
 * <p>Not everything goes through the library: {@code file:} and {@code tmp:} use {@code java.nio}, the web protocols an HTTP
 * client of their own, archives readers of their own; {@code src/docs/decisions/0006-archives.md} says why. {@code sftp:} is
 * refused, {@code store:sftp:} does it better, and so is {@code ftp:} outside of an archive.
 *
 * <p><b>Writing.</b> Under the name {@code .packhorse-*.tmp} beside the target, then a rename in its place. Such names are
 * hidden; a crash may leave one. {@code file:}, {@code tmp:}, {@code ram:}: whoever reads sees the old or the new.
 * {@code webdav4:}: one MOVE with Overwrite; many servers remove the old before they name the new (RFC 4918, 9.9.3 asks for
 * it). Whoever comes through this store does not see that moment, others may; a server killed in it leaves the new content
 * under its temporary name. Therefore nothing sweeps such names here, as other stores do: what looks like a leftover may be
 * the only copy of a file. A plugin: the old steps aside and comes back if the new cannot take its place, likewise. A
 * directory is removed by renaming it first.
 *
 * <p><b>What is kept.</b> Times where the provider sets them; no modes, owners, symlinks, media types, and no tags but those
 * that a web server gives to what is only read. Symlinks of {@code file:} are shown, and followed below the root only.
 *
 * <p><b>Memory.</b> Listings are sorted outside of the heap ({@link dev.packhorse.fs.SortedNodes}); a provider that is reached
 * through the library hands out all children of a directory as one array. {@code ram:} is in the heap, and so is each open
 * file of it.
 *
 * <p><b>Names</b> are UTF-8, decoded, whatever stands in them. {@code file:} takes what the locale of the JVM takes. A
 * backslash is refused by what goes through the library, {@code ram:} apart.
 *
 * <p><b>Secrets.</b> No message, cause or {@code toString} shows what stands in front of the at sign of a URI.
 *
 * <pre>{@code
 * try (Store store = VfsStore.open("tgz:http://host/src.tgz!/src", VfsOptions.DEFAULT);
 *         Listing listing = store.list(FsPath.ROOT)) {
 *     ...
 * }
 * }</pre>
 */
@NullMarked
package dev.packhorse.store.vfs;

import org.jspecify.annotations.NullMarked;
