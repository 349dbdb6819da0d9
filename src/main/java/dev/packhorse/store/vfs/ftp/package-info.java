/**
 * The stores {@code vfs:ftp:} and {@code vfs:ftps:}, directories of an FTP server (RFC 959, 2389, 2640, 3659, 4217).
 *
 * <p>Commons VFS has a provider for them, which a gateway cannot use (decision 0007); this one speaks by the FTP client of
 * commons-net.
 *
 * <p><b>Connections.</b> A {@link dev.packhorse.store.vfs.ftp.Connection} is a login. Each operation leases one from
 * {@link dev.packhorse.store.vfs.ftp.Connections}; a file that is being read keeps it until it is closed. One that has rested
 * is asked whether it is alive; if it turns out to be gone, what may be done twice is done once more. A transfer that is broken
 * off has 200 ms to bring its connection back in step, else that is given up.
 *
 * <p><b>Truth.</b> Sizes and listings count only with the final {@code 226}. Whether something is missing is found out by
 * asking for its parent, not from the text of a {@code 550}. Metadata comes from {@code MLST} and {@code MLSD}; without them
 * from {@code LIST}, whose times are as coarse as it shows them, and a stat costs a listing of the parent. There are no ETags:
 * size and time of a file say nothing certain about its content.
 *
 * <p><b>Writing.</b> Beside the target, then renamed: {@link dev.packhorse.store.vfs.ftp.Writing}.
 *
 * <p><b>Symlinks.</b> They are shown where the server says where they lead to, left out otherwise, and never made. Whether a
 * server follows one in the middle of a path, or out of the root, cannot be seen from here: it is the server's own confinement
 * that counts. Some also show the target in place of the link.
 *
 * <p><b>Names.</b> Paths are sent whole and absolute, never with {@code ..} and never with a control character. Where a server
 * changes a name (Apache FtpServer drops blanks at its end), it is {@code INVALID_NAME}.
 */
@NullMarked
package dev.packhorse.store.vfs.ftp;

import org.jspecify.annotations.NullMarked;
