/**
 * What both sides of the HTTP Filesystem Protocol have to agree on: names of headers, the texts of metadata, and what two
 * Packhorses tell each other beyond the document.
 *
 * <p>{@link dev.packhorse.wire.httpfs.Wire} spells, {@link dev.packhorse.wire.httpfs.Values} reads what headers say:
 *
 * <pre>{@code
 * Values.mode("33188");                    // the st_mode of a file of 0644
 * Values.mode("120777");                   // 0120777: the document's octal digits
 * Values.modified("1641024000", "5000");   // 2022-01-01T08:00:00.000005Z
 * }</pre>
 *
 * <p>A request with {@link dev.packhorse.wire.httpfs.Between#CLIENT} comes from a store of Packhorse. Its answer says also
 * what the document has no words for, so that a chain of gateways loses nothing:
 * {@link dev.packhorse.wire.httpfs.Between} has the headers, {@link dev.packhorse.wire.httpfs.Told} what OPTIONS tells of a
 * store. Nobody else is ever sent any of them (decision 0015).
 *
 * <p>Sources: {@code SPEC.md} and {@code INTEROP.md} of the protocol's folder. Values only: no sockets here.
 */
@NullMarked
package dev.packhorse.wire.httpfs;

import org.jspecify.annotations.NullMarked;
