@NullMarked
package dev.packhorse.gateway;

import org.jspecify.annotations.NullMarked;
