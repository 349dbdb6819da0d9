/**
 * The commands beside the gateway that write the files of identities: {@code user}, {@code key}, {@code group}.
 *
 * <p>They run instead of the gateway, in a process of their own, and find the files by the same configuration. A running gateway sees
 * what they have written within two seconds. Passwords come from the terminal or from standard input, never from arguments, which
 * other users of a machine can see.
 */
@NullMarked
package dev.packhorse.identity.command;

import org.jspecify.annotations.NullMarked;
