/** Tests of what stores behind web servers share. */
@NullMarked
package dev.packhorse.store.http;

import org.jspecify.annotations.NullMarked;
