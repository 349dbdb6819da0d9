package dev.packhorse.store.vfs;

import dev.packhorse.fs.BytesContent;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.SortedNodes;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code file:} and {@code tmp:}, by {@code java.nio}: what Commons VFS does with {@code java.io.File} loses names with
 * backslashes and brackets, follows symlinks anywhere, and deletes before it renames. Symlinks are shown, and followed on
 * the way to something as long as it lies below the root.
 */
final class LocalDrive implements Drive {

    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> CREATE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final Path root;
    private final boolean writable;
    private final boolean rootIsFile;
    private final Closeable owned;

    /**
     * A folder, or with archives a file.
     *
     * @param rootIsFile whether an archive is expected there
     * @param owned what is closed with this
     */
    LocalDrive(Path root, boolean writable, boolean rootIsFile, Closeable owned) {
        this.root = root.toAbsolutePath().normalize();
        this.writable = writable;
        this.rootIsFile = rootIsFile;
        this.owned = owned;
    }

    @Override
    public Capabilities capabilities() {
        // The JDK sets times in microseconds.
        return new Capabilities(
                writable ? Set.of(Capability.WRITE, Capability.MODIFIED) : Set.of(), Duration.ofNanos(1000));
    }

    @Override
    public boolean probe() throws IOException {
        if (!Files.exists(root)) {
            throw new FsException(Kind.NOT_FOUND, "open", FsPath.ROOT);
        }
        return Files.isDirectory(root);
    }

    /** Where a node is, after its parent turned out to lie below the root. */
    private Path resolve(FsPath path) throws IOException {
        FsPath above = path.parent();
        if (above == null) {
            return root;
        }
        Path top = root.toRealPath();
        Path parent = top;
        for (String name : above.segments()) {
            parent = parent.resolve(name);
        }
        Path real = parent.toRealPath();
        if (!real.startsWith(top)) {
            throw new FsException(Kind.PERMISSION_DENIED, "resolve", path);
        }
        return real.resolve(path.name());
    }

    @Override
    public @Nullable Node find(FsPath path) throws IOException {
        try {
            return node(path, resolve(path));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return rootIsThere(path);
        } catch (FileSystemException e) {
            if ("Not a directory".equals(e.getReason())) {
                return rootIsThere(path);
            }
            throw e;
        }
    }

    /** A root that is gone is a disk that is gone, not a file. */
    private @Nullable Node rootIsThere(FsPath path) throws IOException {
        if (!(rootIsFile && path.isRoot()) && !Files.exists(root)) {
            throw new FsException(Kind.UNAVAILABLE, "find", path);
        }
        return null;
    }

    private static @Nullable Node node(FsPath path, Path at) throws IOException {
        BasicFileAttributes attributes = path.isRoot()
                ? Files.readAttributes(at, BasicFileAttributes.class)
                : Files.readAttributes(at, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Instant modified = attributes.lastModifiedTime().toInstant();
        if (attributes.isRegularFile()) {
            return node(path, NodeType.FILE, Mode.FILE_DEFAULT, attributes.size(), modified);
        }
        if (attributes.isDirectory()) {
            return node(path, NodeType.DIRECTORY, Mode.DIRECTORY_DEFAULT, 0, modified);
        }
        return attributes.isSymbolicLink()
                ? node(path, NodeType.SYMLINK, Mode.SYMLINK_DEFAULT, target(at).length, modified)
                : null;
    }

    private static Node node(FsPath path, NodeType type, Mode mode, long size, Instant modified) {
        return new Node(path, type, mode, size, modified, Owner.ROOT, null, null, null);
    }

    private static byte[] target(Path link) throws IOException {
        return Files.readSymbolicLink(link).toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Listing list(FsPath directory) throws IOException {
        Path at = directory.isRoot() ? root : resolve(directory);
        SortedNodes nodes = new SortedNodes("list", directory);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(at)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (FsPath.isName(name) && !Temporary.isTemporary(name)) {
                    add(nodes, directory.child(name), entry);
                }
            }
            return nodes.sort();
        } catch (IOException | RuntimeException e) {
            try (nodes) {
                throw e;
            }
        }
    }

    private static void add(SortedNodes nodes, FsPath path, Path at) throws IOException {
        try {
            Node node = node(path, at);
            if (node != null) {
                nodes.add(node);
            }
        } catch (NoSuchFileException e) {
            return;
        }
    }

    @Override
    public Content open(FsPath path, Node node) throws IOException {
        Path at = resolve(path);
        if (node.isSymlink()) {
            byte[] target = target(at);
            return new BytesContent(
                    node(path, NodeType.SYMLINK, Mode.SYMLINK_DEFAULT, target.length, node.modified()), target);
        }
        FileChannel channel =
                path.isRoot() ? FileChannel.open(at, StandardOpenOption.READ) : FileChannel.open(at, READ);
        try {
            BasicFileAttributes attributes = Files.readAttributes(at, BasicFileAttributes.class);
            Instant modified = attributes.lastModifiedTime().toInstant();
            return new FileContent(node(path, NodeType.FILE, Mode.FILE_DEFAULT, channel.size(), modified), channel);
        } catch (IOException | RuntimeException e) {
            try (channel) {
                throw e;
            }
        }
    }

    @Override
    public void put(FsPath path, InputStream in, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(resolve(path), CREATE);
                OutputStream out = Channels.newOutputStream(channel)) {
            in.transferTo(out);
            channel.force(false);
        }
    }

    @Override
    public void makeDirectory(FsPath path) throws IOException {
        Files.createDirectory(resolve(path));
    }

    @Override
    public void copyFile(FsPath from, FsPath to) throws IOException {
        Files.copy(resolve(from), resolve(to), StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void rename(FsPath from, Node node, FsPath to) throws IOException {
        Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void remove(FsPath path, Node node) throws IOException {
        TempFolder.remove(resolve(path));
    }

    @Override
    public void touch(FsPath path, Instant modified) throws IOException {
        Files.getFileAttributeView(resolve(path), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(FileTime.from(modified), null, null);
    }

    @Override
    public void close() throws IOException {
        owned.close();
    }
}
