/**
 * The store {@code replay}: the hard disk of a ReplayTV 4000, by HTTPFS (HTTPFS.txt; INTEROP.md, whose sections are meant by numbers
 * below).
 *
 * <p><b>Words.</b> A <em>device</em> offers <em>exports</em>, {@code /Video}, {@code /Photo}, which are the first names of its paths.
 * The root of the store is the list of them, or a folder in one. <em>at</em> is a path of the device, <em>path</em> one of the store.
 *
 * <p><b>Connections.</b> A {@link dev.packhorse.store.replay.Command} is one request over one connection, of which the
 * {@link dev.packhorse.store.replay.Device} allows two at once, first come first served, to all stores of the process. What only asks
 * is asked again once if no answer began. What changes something is sent once: without an answer nobody knows whether it was done,
 * and the operation fails as {@code IO}, saying so. Closing a connection, from any thread, ends at once what waits for it.
 *
 * <p><b>What a node is.</b> A device tells type, size, creation time and whether a file may be written (3); the rest is made up (1):
 * permissions 0644 or 0444, 0755 or 0555, by that and by whether the export is writable; a file's time is its creation; a directory's
 * is that of the newest file seen in it, else that of the start. The ETag is size and creation time: this process never gives two
 * contents the same one, but a program that writes into a file in place, leaving it as long as it was, goes unseen. Everything else
 * (modes, owners, times, symlinks, media types) is for the overlay to keep.
 *
 * <p><b>Memory of answers.</b> {@code fstat} is believed for some seconds ({@link dev.packhorse.store.replay.Stats}), so that a listing
 * asks for no file twice; preconditions are checked on a fresh one, with the path locked for all stores of the process. What other
 * programs do to the device in the same moment cannot be held off.
 *
 * <p><b>Replacing.</b> Beside the file, then the old one is put aside, the new one gets its name, and the old one is removed
 * ({@link dev.packhorse.store.replay.Writing}, {@link dev.packhorse.store.replay.Leftovers}): at every moment one whole copy is there, and
 * what a crash leaves is put back. Several processes may change one device: temporary names say whose they are. But what two of them do to
 * one path in the same moment is not put in order.
 *
 * <p><b>Addresses.</b> A store finds its device when it is first needed, and works with it in a
 * {@link dev.packhorse.store.replay.Session} as long as it is at one address. Stores that get to one address, by whatever name, share its
 * {@link dev.packhorse.store.replay.Device}.
 *
 * <p><b>Software.</b> Whether queries are encrypted follows from what a device says of itself
 * ({@link dev.packhorse.store.replay.Described}), unless the operator knows better. It is asked when it is first needed, and again when
 * it was away.
 *
 * <p><b>Titles.</b> What is in {@code /Video} is called by numbers; what that is says the device's {@link dev.packhorse.store.replay.Guide}
 * (7), by requests that are no commands ({@link dev.packhorse.store.replay.PlainRequest}). A {@link dev.packhorse.store.replay.ShowsStore}
 * around the store of a whole device adds {@code /Shows/<title>/<episode or date>.mpg}, and is how a recording is deleted. The snapshot
 * of the guide is believed for some minutes, fetched by one at a time, and not sent again by the device while it is the same.
 *
 * <p><b>Discovery.</b> {@link dev.packhorse.store.replay.Discovery} finds devices by their names (6).
 *
 * <p><b>Access.</b> Encrypted queries hide nothing and prove nothing: whoever reaches a device can read and change it.
 *
 * <pre>{@code
 * try (Store store = ReplayStore.open("192.168.1.20", 80, FsPath.ROOT, ReplayOptions.of(temp));
 *         Content recording = store.read(FsPath.parse("/Video/1009760397.mpg"));
 *         InputStream in = recording.body(new ByteRange(4L << 30, 188 * 512)).open()) {
 *     in.transferTo(player);
 * }
 * }</pre>
 */
@NullMarked
package dev.packhorse.store.replay;

import org.jspecify.annotations.NullMarked;
