@NullMarked
package dev.packhorse.front.httpfs;

import org.jspecify.annotations.NullMarked;
