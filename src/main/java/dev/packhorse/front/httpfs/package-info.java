/**
 * The server side of the HTTP Filesystem Protocol (SPEC.md of wanix, read by the decisions in INTEROP.md).
 *
 * <p>{@link dev.packhorse.front.httpfs.HttpfsFront} looks at the method and hands on: {@code Reading} answers GET and HEAD,
 * {@code Writing} PUT, PATCH and DELETE, {@code Transferring} MOVE and COPY, {@code TarApplying} a PATCH with an archive.
 * Metadata travels in headers: {@code Metadata} reads them, {@code NodeHeaders} writes them. What is as long as a directory is
 * generated while it is sent: {@link dev.packhorse.front.http.ListingSource} a listing, {@code PartsSource} the multipart answers
 * of {@code /:} and {@code /...}.
 *
 * <p>The path of the export, as it stands in requests ({@code /fs/files}), is the <em>base</em>. A last segment {@code :} or
 * {@code ...} is the <em>suffix</em>, never a name.
 *
 * <p>Answers are one line of text that the protocol fixes; nothing that a back end said, and nothing that a request said
 * but the refused value of a metadata header, is ever in them.
 */
@NullMarked
package dev.packhorse.front.httpfs;

import org.jspecify.annotations.NullMarked;
