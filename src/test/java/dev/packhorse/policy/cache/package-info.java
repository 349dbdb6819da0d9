@NullMarked
package dev.packhorse.policy.cache;

import org.jspecify.annotations.NullMarked;
