/**
 * Archives as stores: zip (and jar), tar, tgz, tbz2, and single files compressed with gzip or bzip2. Read-only.
 *
 * <p>Words: the <b>source</b> is the file that holds the archive, in whatever store; an <b>edition</b> is one state of it,
 * known by its size, time and tag, with the index and the bytes that belong to it; an <b>entry</b> is one node of the index.
 *
 * <p>The index is built once for an edition and shared by everybody; listings come from memory, about 400 bytes an entry.
 * The source is looked at again after a pause, and when it has changed the next operation builds a new edition. What is open
 * keeps the one it came from, unless the source is a remote one too large to be spooled: then its reads fail.
 *
 * <p>Where the bytes come from: a source that is a local file is read where it is; another one is copied to a spool, a file
 * without a name, if it is not larger than the limit, else it is read in ranges. A compressed tar has no random access: it
 * is decompressed once, into the index and the spool; beyond the limit each read decompresses from the start. See
 * {@code src/docs/decisions/0006-archives.md}.
 *
 * <p>What is not served, and counted in the log: names that are absolute, contain {@code ..} or a backslash or a drive letter,
 * or that {@link dev.packhorse.fs.FsPath} refuses; symlinks that leave the archive; hard links to nothing; devices; a file
 * where a directory is. Of two entries with one name the last is served. Symlinks inside the archive are symlinks.
 */
@NullMarked
package dev.packhorse.store.vfs.archive;

import org.jspecify.annotations.NullMarked;
