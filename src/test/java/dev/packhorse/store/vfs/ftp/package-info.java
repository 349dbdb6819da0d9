@NullMarked
package dev.packhorse.store.vfs.ftp;

import org.jspecify.annotations.NullMarked;
