@NullMarked
package dev.packhorse.policy.access;

import org.jspecify.annotations.NullMarked;
