/**
 * The store {@code gs:}, a bucket of Google Cloud Storage, by Google's client for Java over the JSON API.
 *
 * <p><b>Objects.</b> Files, symlinks and directories become objects as in the S3 store
 * ({@link dev.packhorse.store.object.Metadata}): the file {@code /a/b} is the object {@code a/b} below the prefix, its permissions,
 * owner and time are custom metadata in the manner of s3fs, its media type is the {@code Content-Type}; a symlink is an object whose
 * content is its target and whose {@code mode} says so; a directory that was made is the empty object {@code a/}, and gets one when
 * its last child goes. The root of a bucket without a prefix has no marker, so that its metadata cannot be changed
 * ({@code PERMISSION_DENIED}).
 *
 * <p><b>Listings.</b> One level is listed by delimiter, a walk is one flat listing, a thousand names are one request
 * ({@link dev.packhorse.store.object.Ordered}). Listings of GCS tell custom metadata, so a listed node is the one that {@code stat}
 * shows; only a directory whose marker is on a later page, because a thousand names come between, costs one more.
 *
 * <p><b>Requests.</b> {@code read} is one request for the metadata and one for that generation of the content, and one more for each
 * body that does not begin where the answer stands; {@code stat} of a file is one, of a directory two; a name that is
 * missing three. A write looks at what it replaces, and is one more up to 256 KiB.
 *
 * <p><b>Writing.</b> More than 256 KiB are a resumable upload, 8 MiB of it in memory ({@link dev.packhorse.store.gcs.GcsUpload}),
 * or 256 KiB where all of the process's {@link dev.packhorse.store.object.Buffers} are in use.
 * Nothing is visible before its last request; a failure cancels it ({@link dev.packhorse.store.gcs.Sessions}). After a crash the
 * service forgets it within a week. A large write under a precondition that still holds after somebody has replaced the file
 * meanwhile is {@code BUSY}: the service has been told the generation that is to be replaced.
 *
 * <p><b>ETags.</b> They are generations: every new content has another, even if it is the same. A copied or moved file keeps its
 * tag, in its metadata ({@link dev.packhorse.store.gcs.GcsBucket}); changed metadata leave it as it is. Preconditions become
 * conditions on generation and metageneration, so they hold against everybody, and no change of metadata is lost.
 *
 * <p><b>Trees.</b> As in the S3 store, objects are copied by rewriting, moved by copying and deleting, 100 deletions in a request.
 *
 * <p><b>Threads.</b> All operations may be called from many threads. Copies of trees run in 16 threads of the store.
 *
 * <pre>{@code
 * GcsOptions options = GcsEnvironment.options(System.getenv());
 * try (Store store = GcsStore.open(GcsEnvironment.bucket(null, System.getenv()), "openhands", options)) {
 *     store.write(FsPath.parse("/settings.json"), Body.of(json), WriteOptions.DEFAULT);
 * }
 * }</pre>
 */
@NullMarked
package dev.packhorse.store.gcs;

import org.jspecify.annotations.NullMarked;
