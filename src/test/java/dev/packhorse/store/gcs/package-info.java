@NullMarked
package dev.packhorse.store.gcs;

import org.jspecify.annotations.NullMarked;
