@NullMarked
package dev.packhorse.store.vfs;

import org.jspecify.annotations.NullMarked;
