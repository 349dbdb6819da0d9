/**
 * The store {@code sftp:}, a folder of an SFTP server (version 3 of the protocol, draft-ietf-secsh-filexfer-02, with the
 * extensions of OpenSSH's PROTOCOL file where they are offered). SSH itself is Apache MINA SSHD's.
 *
 * <p><b>Requests.</b> What takes time is the way to the server, so requests that are known are sent at once
 * ({@link dev.packhorse.store.sftp.SftpChannel}): the parents of a path are looked at in one go, bodies and directories are
 * asked for ahead ({@link dev.packhorse.store.sftp.Pipeline}, {@link dev.packhorse.store.sftp.Directory}), and a walk reads
 * many directories at the same time ({@link dev.packhorse.store.sftp.Walk}). A listing takes its attributes from READDIR.
 *
 * <p><b>Connections.</b> Up to {@link dev.packhorse.store.sftp.SftpOptions#sessions} are shared by all operations
 * ({@link dev.packhorse.store.sftp.Connections}). Where one is lost, an operation that has not changed anything is done once
 * again on a new one: stat, list, walk, opening a read, and the beginning of every change. All others are
 * {@code UNAVAILABLE}, and so is the rest of a body: the new file may be another one. After such a failure of {@code move},
 * {@code remove}, {@code link}, {@code change} or the last step of {@code write} it is not known whether it was done. A key,
 * password or host key that is refused is {@code PERMISSION_DENIED} when the store is opened, and {@code UNAVAILABLE} to a
 * client later.
 *
 * <p><b>Writing.</b> A file is written beside its name as {@code .packhorse-*.tmp}, gets its attributes, is forced
 * ({@link dev.packhorse.store.sftp.Durability}) and renamed ({@link dev.packhorse.store.sftp.Renames}, also for servers
 * without {@code posix-rename}). What a crash or a lost connection leaves is removed when a listing meets it and it is a day
 * old ({@link dev.packhorse.store.sftp.Leftovers}).
 *
 * <p><b>No tags.</b> The protocol tells size and a time in whole seconds, no inode, and keeps nothing else. Two versions of
 * the same size within a second cannot be told apart, so there is no honest strong tag: nodes have none, and
 * {@link dev.packhorse.fs.Capability#ETAGS} is not declared. Of the preconditions {@code If-Match: *}, {@code If-None-Match: *}
 * and dates work; a given tag matches nothing. They are checked in one step with the change against all writers of this
 * process; that nothing may be there holds against all others as well, where the server's plain rename is that of the draft.
 *
 * <p><b>Confinement.</b> Paths are resolved here, name by name ({@link dev.packhorse.store.sftp.Place}), and a symlink that
 * leads out of the root is {@code PERMISSION_DENIED}. Version 3 has no way to open a file without following a symlink, nor
 * relative to an open directory: who can change the tree on the server between the look and the use, by other ways than this
 * store or through it, can lead an operation out of the root. Where clients may make symlinks and must be kept in, let the
 * server confine the login ({@code ChrootDirectory}).
 *
 * <p><b>Names.</b> They are UTF-8; others are not shown, counted, and removed with their directory
 * ({@link dev.packhorse.store.sftp.Names}). A second name of the same file (a hard link) is not recognised: moving a file onto
 * its own other name leaves both.
 */
@NullMarked
package dev.packhorse.store.sftp;

import org.jspecify.annotations.NullMarked;
