/**
 * Every protocol in front of every store: {@link dev.packhorse.matrix.Backend} and {@link dev.packhorse.matrix.Protocol} name them,
 * {@link dev.packhorse.matrix.Stage} has one served by the other in a whole gateway, over real sockets.
 *
 * <p>What a pair can do is derived from the capabilities of the store by {@link dev.packhorse.matrix.Support}; the tests hold it
 * against what happens, and the README's table is written by it.
 */
@NullMarked
package dev.packhorse.matrix;

import org.jspecify.annotations.NullMarked;
