@NullMarked
package dev.packhorse.store.s3;

import org.jspecify.annotations.NullMarked;
