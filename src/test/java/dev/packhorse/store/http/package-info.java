@NullMarked
package dev.packhorse.store.http;

import org.jspecify.annotations.NullMarked;
