@NullMarked
package dev.packhorse.policy.quota;

import org.jspecify.annotations.NullMarked;
