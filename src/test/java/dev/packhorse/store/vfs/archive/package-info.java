@NullMarked
package dev.packhorse.store.vfs.archive;

import org.jspecify.annotations.NullMarked;
