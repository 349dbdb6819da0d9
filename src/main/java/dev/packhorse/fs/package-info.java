/**
 * The contract between fronts and back ends.
 *
 * <p>A {@link dev.packhorse.fs.Store} is a tree of files; a {@link dev.packhorse.fs.Node} is one file, directory or symlink
 * of it with its metadata; an {@link dev.packhorse.fs.FsPath} says where. Fronts know only stores; stores know nothing of
 * fronts; a policy is a store around a store ({@link dev.packhorse.fs.ForwardingStore}).
 *
 * <p>Rules: strings from outside become these types once, at the edge, and are not looked at again. Operations block and
 * are thread-safe. {@link dev.packhorse.fs.Content} and {@link dev.packhorse.fs.Listing} are closed by who asked for them.
 * What fails is an {@link dev.packhorse.fs.FsException} with one of a closed set of kinds.
 *
 * <pre>{@code
 * try (Content content = store.read(FsPath.parse("/a/b.txt")); InputStream in = content.body().open()) {
 *     in.transferTo(out);
 * }
 * }</pre>
 *
 * <p>This package uses the JDK and JSpecify only.
 */
@NullMarked
package dev.packhorse.fs;

import org.jspecify.annotations.NullMarked;
