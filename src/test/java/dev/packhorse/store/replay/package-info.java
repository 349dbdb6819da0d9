@NullMarked
package dev.packhorse.store.replay;

import org.jspecify.annotations.NullMarked;
