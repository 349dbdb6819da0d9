@NullMarked
package dev.packhorse.front.http;

import org.jspecify.annotations.NullMarked;
