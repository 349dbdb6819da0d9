@NullMarked
package dev.packhorse;

import org.jspecify.annotations.NullMarked;
