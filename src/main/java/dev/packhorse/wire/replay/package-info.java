/**
 * What both sides of the ReplayTV 4000's HTTPFS have to agree on: the query and its encrypted form, and the status codes.
 *
 * <p>A command is one HTTP request, {@code GET /httpfs-COMMAND?name=value&...}: {@link dev.packhorse.wire.replay.ReplayQuery} is what
 * follows the question mark. A device since software 4.3 wants that text sealed for its {@code /Video}:
 * {@code ?__Q_=} and hexadecimal digits, which {@link dev.packhorse.wire.replay.EncryptedQuery} makes and opens. The answer's
 * body begins with a line that holds a {@link dev.packhorse.wire.replay.ReplayStatus}; it is never encrypted.
 *
 * <pre>{@code
 * ReplayQuery query = ReplayQuery.of("name", "/Video/1009760397.mpg");
 * String sealed = EncryptedQuery.seal(query.bytes(), now, random);            // __Q_=35cda308...
 * EncryptedQuery opened = EncryptedQuery.open(sealed.substring(5));           // the time and the same bytes
 * ReplayQuery.parse(opened.query()).value("name");                            // /Video/1009760397.mpg
 * }</pre>
 *
 * <p>{@link dev.packhorse.wire.replay.DeviceDescription} is what a device says of itself, down to its
 * {@link dev.packhorse.wire.replay.SoftwareVersion}, which decides whether queries are sealed. Devices
 * are found by {@link dev.packhorse.wire.replay.DeviceSearch} and {@link dev.packhorse.wire.replay.DeviceAnswer}.
 *
 * <p>The envelope hides nothing and authenticates nobody: its key is effectively eight bits and its constants have been public since
 * 2002. It is spoken because devices ask for it, and is no access control.
 *
 * <p>Sources: {@code HTTPFS.txt} and {@code INTEROP.md} (sections 2 to 7) of the protocol's folder. Values only: no sockets here.
 */
@NullMarked
package dev.packhorse.wire.replay;

import org.jspecify.annotations.NullMarked;
