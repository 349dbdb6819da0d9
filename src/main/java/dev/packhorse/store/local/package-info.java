/**
 * The store {@code file:}, a folder of this host, in full fidelity.
 *
 * <p><b>Confinement.</b> A client may make symlinks and move directories, so the way to a file may change while it is walked.
 * {@link dev.packhorse.store.local.Confinement} walks it name by name, follows symlinks itself, and is one step with the use
 * of the result, by a lock that all stores of the process share: shared for resolving and using a path, exclusive for making
 * or moving a symlink and for moving a directory. Bodies stream without it. A final symlink is never followed. Trees are
 * removed and swept from open directory to open directory ({@link java.nio.file.SecureDirectoryStream}). What stays open is
 * what <em>other processes</em> of the host do: one that may write below the root can swap a directory for a symlink between
 * two system calls, and lead an operation out of the root; it can swap a file for a FIFO, and make an open wait; and it may
 * mount or hard-link whatever it is allowed to. Do not export a folder in which untrusted local users may write.
 *
 * <p><b>Writing.</b> A file is written beside its name as {@code .packhorse-*.tmp}, gets its attributes, is forced to the
 * disk as {@link dev.packhorse.store.local.Durability} says, and is renamed, in one step with the check of its preconditions
 * against all other writers of the process. A directory on its way out is renamed to {@code .packhorse-*.del} and then
 * emptied. What a crash leaves of either is swept at the next start ({@link dev.packhorse.store.local.Sweeper}).
 *
 * <p><b>Tags.</b> See {@link dev.packhorse.store.local.Etags} and {@link dev.packhorse.store.local.WriteClock}. They change
 * with every change of the content, also by others, save one that restores both the size and a modification time in whole
 * microseconds of the very same file.
 *
 * <p><b>Names.</b> They are UTF-8 whatever the locale ({@link dev.packhorse.store.local.Names}). Others are not shown, and
 * counted.
 */
@NullMarked
package dev.packhorse.store.local;

import org.jspecify.annotations.NullMarked;
