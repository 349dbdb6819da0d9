@NullMarked
package dev.packhorse.front.openhands;

import org.jspecify.annotations.NullMarked;
