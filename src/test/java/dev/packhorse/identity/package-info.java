@NullMarked
package dev.packhorse.identity;

import org.jspecify.annotations.NullMarked;
