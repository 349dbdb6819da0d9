@NullMarked
package dev.packhorse.policy.observe;

import org.jspecify.annotations.NullMarked;
