@NullMarked
package dev.packhorse.route;

import org.jspecify.annotations.NullMarked;
