@NullMarked
package dev.packhorse.front.jsonfs;

import org.jspecify.annotations.NullMarked;
