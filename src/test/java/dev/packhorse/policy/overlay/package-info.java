@NullMarked
package dev.packhorse.policy.overlay;

import org.jspecify.annotations.NullMarked;
