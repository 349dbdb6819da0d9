@NullMarked
package dev.packhorse.store.httpfs;

import org.jspecify.annotations.NullMarked;
