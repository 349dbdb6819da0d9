@NullMarked
package dev.packhorse.front.replay;

import org.jspecify.annotations.NullMarked;
