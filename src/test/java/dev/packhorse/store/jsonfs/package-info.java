@NullMarked
package dev.packhorse.store.jsonfs;

import org.jspecify.annotations.NullMarked;
