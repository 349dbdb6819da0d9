/** The store {@code sftp:}. */
@NullMarked
package dev.packhorse.store.sftp;

import org.jspecify.annotations.NullMarked;
