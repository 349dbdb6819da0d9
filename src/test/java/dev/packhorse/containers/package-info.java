/**
 * Tests against real servers in containers, and the servers.
 *
 * <p>Every class here with tests carries {@link dev.packhorse.containers.WithContainers}: where no container engine answers,
 * none of them runs, and the run says so once. Each server is a {@link dev.packhorse.containers.Counterpart}, built from
 * {@code src/test/resources/containers/NAME/} and started when a test first asks for it. All tests share it, at the same time
 * if they like, and keep apart by {@link dev.packhorse.containers.Counterpart#freshFolder}; a test that kills its server
 * starts one of its own.
 *
 * <pre>{@code
 * String folder = OpenSsh.shared().freshFolder();
 * }</pre>
 */
@NullMarked
package dev.packhorse.containers;

import org.jspecify.annotations.NullMarked;
