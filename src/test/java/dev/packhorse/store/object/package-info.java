@NullMarked
package dev.packhorse.store.object;

import org.jspecify.annotations.NullMarked;
