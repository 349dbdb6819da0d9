@NullMarked
package dev.packhorse.wire.httpfs;

import org.jspecify.annotations.NullMarked;
