@NullMarked
package dev.packhorse.store.openhands;

import org.jspecify.annotations.NullMarked;
