/**
 * The store {@code s3:}, a bucket of Amazon S3 or of a service that speaks its protocol, by the AWS SDK for Java 2.
 *
 * <p><b>Objects.</b> The file {@code /a/b} is the object {@code a/b} below the prefix of the store. Its permissions, owner and time
 * are user metadata in the manner of s3fs ({@link dev.packhorse.store.object.Metadata}), its media type is the {@code Content-Type}.
 * What is usual is not written: a file of 0644 that belongs to 0:0 and whose time nobody has set has no metadata, but
 * for the name of its write if that was under a precondition ({@link dev.packhorse.store.object.Writing}).
 * A symlink is an object whose content is its target and whose {@code mode} says so
 * ({@link dev.packhorse.store.s3.Symlinks}).
 *
 * <p><b>Directories.</b> A directory is there when some key begins with its path and a slash. One that was made is marked by the
 * empty object {@code a/}, which also has its metadata; markers that others made in this way are as good. One that is only
 * the beginning of keys gets a marker when its last child goes: as elsewhere, removing a file does not remove its directory. The
 * time of a directory is the epoch unless somebody has set it: a listing tells none. Markers {@code a_$folder$} of Hadoop are
 * not shown, and mark nothing. Where a key and the beginning of others are the same path, the object is shown, and what is below
 * it can be reached by its own path. The root of a bucket without a prefix has no marker, so that its metadata cannot be changed
 * ({@code PERMISSION_DENIED}).
 *
 * <p><b>Listings.</b> One level is listed by delimiter, a walk is one flat listing; a thousand names are one request
 * ({@link dev.packhorse.store.object.Ordered} brings them into the order of their names). S3's listings tell key, size, ETag and the
 * time of the object, not the metadata. So a listed node shows the usual permissions and owner, the time when the
 * object was written, and no media type, whatever {@code stat} and {@code read} show; type, size and ETag are right. With
 * {@link dev.packhorse.store.s3.S3Options#listMetadata} each node is asked for by a HEAD, 16 at a time, and shows all of it.
 *
 * <p><b>Requests.</b> {@code read} is one GET, and one more for each body that does not begin where the first answer stands;
 * {@code stat} of a file is one HEAD, of a directory two or three requests; a name that is missing two to four. A write looks at what
 * it replaces (one HEAD, for a new file three requests), puts, and looks at the time. Only paths through symlinks
 * cost a request for each of their parents ({@link dev.packhorse.store.object.Places}).
 *
 * <p><b>Writing.</b> Up to 8 MiB are one PUT, more a multipart upload of at most four parts at a time
 * ({@link dev.packhorse.store.s3.S3Upload}); memory is bounded for the process ({@link dev.packhorse.store.object.Buffers}). Nothing is
 * visible before the last request; a failure aborts the upload. A crash leaves parts that cost money: let a rule of the bucket
 * ({@code AbortIncompleteMultipartUpload}) remove them.
 *
 * <p><b>ETags.</b> They are S3's, strong, and of the content alone: the same bytes written again have the same tag. Preconditions
 * are conditions of the request that writes, so they hold against everybody; with
 * {@link dev.packhorse.store.s3.S3Options#conditionalWrites} off, for a service without them, they are looked at before,
 * against writers of this process only, and {@link dev.packhorse.fs.Capability#ETAGS} is not declared. Changing metadata, copying
 * and moving are copies on the server ({@link dev.packhorse.store.s3.Copies}, which also says when an ETag does not stay).
 * They keep all metadata, headers and the storage class; access control lists of single objects are not kept.
 *
 * <p><b>Trees.</b> S3 changes single objects. A directory is copied, moved and removed object by object: a move copies all, then
 * deletes what it has copied ({@link dev.packhorse.store.object.Transfers}), so that both names are there in between, and never
 * neither. What somebody puts into the source meanwhile stays there, be it new or in the place of what was copied, but for what he
 * replaces between the listing of a page for its deletion and that deletion.
 *
 * <p><b>Threads.</b> All operations may be called from many threads. Parts, and what completes a listing, run in 16 threads of
 * the store, copies of trees in another 16.
 *
 * <pre>{@code
 * S3Options options = S3Environment.options(System.getenv());
 * try (Store store = S3Store.open(S3Environment.bucket(null, System.getenv()), "openhands", options)) {
 *     store.write(FsPath.parse("/settings.json"), Body.of(json), WriteOptions.DEFAULT);
 * }
 * }</pre>
 */
@NullMarked
package dev.packhorse.store.s3;

import org.jspecify.annotations.NullMarked;
