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
import dev.packhorse.store.http.Percent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.vfs2.FileName;
import org.apache.commons.vfs2.FileObject;
import org.apache.commons.vfs2.FileSystemException;
import org.apache.commons.vfs2.FileType;
import org.apache.commons.vfs2.provider.AbstractFileName;
import org.apache.commons.vfs2.provider.UriParser;
import org.jspecify.annotations.Nullable;

/**
 * Any provider through the interfaces of Commons VFS: {@code ram:}, {@code ftp:} below an archive, and plugins.
 *
 * <p>Each call has a manager for itself, and an open file keeps one. {@code ram:} lives in one manager, which makes all
 * calls one after the other; what is opened there is copied out, so that nobody waits for a reader.
 */
final class ObjectDrive implements Drive {

    private final ManagerPool pool;
    private final VfsErrors errors;
    private final Capabilities capabilities;
    private final boolean isRam;
    private final long ramLimit;

    /**
     * A drive over a pool.
     *
     * @param provided what the provider says that it can do
     * @param ramLimit most bytes if the files are in the memory of the manager, negative if they are not
     */
    ObjectDrive(
            ManagerPool pool,
            VfsErrors errors,
            Collection<org.apache.commons.vfs2.Capability> provided,
            long ramLimit) {
        this.pool = pool;
        this.errors = errors;
        this.isRam = ramLimit >= 0;
        this.ramLimit = ramLimit;
        this.capabilities = new Capabilities(own(provided), Duration.ofMillis(isRam ? 1 : 1000));
    }

    private static Set<Capability> own(Collection<org.apache.commons.vfs2.Capability> provided) {
        if (!provided.containsAll(Set.of(
                org.apache.commons.vfs2.Capability.CREATE,
                org.apache.commons.vfs2.Capability.DELETE,
                org.apache.commons.vfs2.Capability.RENAME,
                org.apache.commons.vfs2.Capability.WRITE_CONTENT))) {
            return Set.of();
        }
        return provided.containsAll(Set.of(
                        org.apache.commons.vfs2.Capability.SET_LAST_MODIFIED_FILE,
                        org.apache.commons.vfs2.Capability.SET_LAST_MODIFIED_FOLDER))
                ? Set.of(Capability.WRITE, Capability.MODIFIED)
                : Set.of(Capability.WRITE);
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    /** What one call does with the manager that it has for itself. */
    private interface Call<T> {
        T run(FileObject root) throws IOException;
    }

    private <T> T call(Call<T> call) throws IOException {
        try (ManagerPool.Lease lease = pool.take()) {
            boolean done = false;
            try {
                T result = call.run(lease.root());
                done = true;
                return result;
            } finally {
                if (!done) {
                    lease.spoil();
                }
            }
        }
    }

    /** The file of a path, by a name that is made and not parsed: parsing turns backslashes into separators. */
    private FileObject file(FileObject root, FsPath path) throws IOException {
        if (path.isRoot()) {
            return root;
        }
        AbstractFileName top = (AbstractFileName) root.getName();
        StringBuilder out = new StringBuilder(top.getPath().equals("/") ? "" : top.getPath());
        for (String name : path.segments()) {
            out.append('/').append(encoded(name, path));
        }
        FileName name = top.createName(out.toString(), FileType.FILE_OR_FOLDER);
        return root.getFileSystem().resolveFile(name);
    }

    /** As Commons VFS writes a name; in {@code ram:}, where nobody else looks, in letters that it cannot mistake. */
    private String encoded(String name, FsPath path) throws FsException {
        if (isRam) {
            return UriParser.encode(Percent.encoded(name));
        }
        if (name.indexOf('\\') >= 0) {
            throw new FsException(Kind.INVALID_NAME, "resolve", path);
        }
        return UriParser.encode(name, new char[] {'!'});
    }

    private String decoded(FileName name) throws FileSystemException {
        String decoded = UriParser.decode(name.getBaseName());
        return isRam ? VfsUri.decoded(decoded) : decoded;
    }

    @Override
    public @Nullable Node find(FsPath path) throws IOException {
        return call(root -> Optional.ofNullable(node(path, file(root, path)))).orElse(null);
    }

    private @Nullable Node node(FsPath path, FileObject file) throws IOException {
        FileType type = file.getType();
        if (type == FileType.IMAGINARY) {
            return null;
        }
        try (org.apache.commons.vfs2.FileContent content = file.getContent()) {
            Instant modified = modified(content);
            boolean isFile = type == FileType.FILE;
            return new Node(
                    path,
                    isFile ? NodeType.FILE : NodeType.DIRECTORY,
                    isFile ? Mode.FILE_DEFAULT : Mode.DIRECTORY_DEFAULT,
                    isFile ? content.getSize() : 0,
                    modified,
                    Owner.ROOT,
                    null,
                    null,
                    null);
        }
    }

    private static Instant modified(org.apache.commons.vfs2.FileContent content) {
        try {
            return Instant.ofEpochMilli(content.getLastModifiedTime());
        } catch (FileSystemException e) {
            // Many providers keep no time, least of all for directories.
            return Instant.EPOCH;
        }
    }

    @Override
    public Listing list(FsPath directory) throws IOException {
        return call(root -> {
            SortedNodes nodes = new SortedNodes("list", directory);
            try {
                for (FileObject child : file(root, directory).getChildren()) {
                    String name = decoded(child.getName());
                    if (FsPath.isName(name) && !Temporary.isTemporary(name)) {
                        Node node = node(directory.child(name), child);
                        if (node != null) {
                            nodes.add(node);
                        }
                    }
                }
                return nodes.sort();
            } catch (IOException | RuntimeException e) {
                try (nodes) {
                    throw e;
                }
            }
        });
    }

    @Override
    public Content open(FsPath path, Node node) throws IOException {
        if (isRam) {
            return call(root -> {
                FileObject file = file(root, path);
                Node now = present(path, file);
                try (org.apache.commons.vfs2.FileContent content = file.getContent();
                        InputStream in = content.getInputStream()) {
                    return new BytesContent(now, in.readAllBytes());
                }
            });
        }
        ManagerPool.Lease lease = pool.take();
        try {
            FileObject file = file(lease.root(), path);
            return new ObjectContent(present(path, file), file, lease, errors);
        } catch (IOException | RuntimeException e) {
            try (lease) {
                lease.spoil();
                throw e;
            }
        }
    }

    private Node present(FsPath path, FileObject file) throws IOException {
        Node node = node(path, file);
        if (node == null) {
            throw new FsException(Kind.NOT_FOUND, "read", path);
        }
        return node;
    }

    @Override
    public void put(FsPath path, InputStream in, long length) throws IOException {
        if (isRam) {
            // Before the manager is taken, and then in one piece: ram: copies a file for each piece that it gets.
            byte[] bytes = gather(in);
            call(root -> write(file(root, path), out -> out.write(bytes)));
        } else {
            call(root -> write(file(root, path), in::transferTo));
        }
    }

    private byte[] gather(InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            if (out.size() + (long) count > ramLimit) {
                throw new FsException(Kind.NO_SPACE, "write", FsPath.ROOT);
            }
            out.write(buffer, 0, count);
        }
        return out.toByteArray();
    }

    private interface Writer {
        void writeTo(OutputStream out) throws IOException;
    }

    private static boolean write(FileObject file, Writer writer) throws IOException {
        if (!file.getParent().isFolder()) {
            throw new FsException(Kind.NOT_FOUND, "write", FsPath.ROOT);
        }
        try (org.apache.commons.vfs2.FileContent content = file.getContent();
                OutputStream out = content.getOutputStream()) {
            writer.writeTo(out);
        }
        return true;
    }

    @Override
    public void makeDirectory(FsPath path) throws IOException {
        call(root -> {
            file(root, path).createFolder();
            return true;
        });
    }

    @Override
    public void copyFile(FsPath from, FsPath to) throws IOException {
        call(root -> copy(file(root, from), file(root, to)));
    }

    private boolean copy(FileObject from, FileObject to) throws IOException {
        long modified;
        try (org.apache.commons.vfs2.FileContent content = from.getContent();
                InputStream in = content.getInputStream()) {
            if (isRam) {
                byte[] bytes = in.readAllBytes();
                write(to, out -> out.write(bytes));
            } else {
                write(to, in::transferTo);
            }
            modified = content.getLastModifiedTime();
        }
        if (capabilities.has(Capability.MODIFIED)) {
            to.getContent().setLastModifiedTime(modified);
        }
        return true;
    }

    @Override
    public void rename(FsPath from, Node node, FsPath to) throws IOException {
        call(root -> {
            FileObject source = file(root, from);
            FileObject target = file(root, to);
            if (isRam) {
                moveTree(source, target);
            } else if (target.exists()) {
                replace(root, source, target, to);
            } else {
                source.moveTo(target);
            }
            return true;
        });
    }

    /** The provider forgets what is below a directory that it renames. All this is one call, so nobody sees a part of it. */
    private void moveTree(FileObject source, FileObject target) throws IOException {
        long modified = source.getContent().getLastModifiedTime();
        FileObject fresh = target;
        if (source.isFile()) {
            if (target.exists()) {
                delete(target);
                fresh = target.getFileSystem().resolveFile(target.getName());
            }
            // The provider hands the bytes on, and takes the time of the move for that of the file.
            source.moveTo(fresh);
        } else {
            target.createFolder();
            for (FileObject child : source.getChildren()) {
                AbstractFileName name = (AbstractFileName) target.getName();
                FileName below =
                        name.createName(name.getPath() + "/" + child.getName().getBaseName(), FileType.FILE_OR_FOLDER);
                moveTree(child, target.getFileSystem().resolveFile(below));
            }
            delete(source);
        }
        fresh.getContent().setLastModifiedTime(modified);
    }

    /** Commons VFS passes over directories whose children it remembers. */
    private static void delete(FileObject file) throws IOException {
        file.refresh();
        if (!file.delete()) {
            throw new IOException("the provider has not removed what it should");
        }
    }

    private static boolean removeTree(FileObject file) throws IOException {
        if (file.isFolder()) {
            for (FileObject child : file.getChildren()) {
                removeTree(child);
            }
        }
        delete(file);
        return true;
    }

    /**
     * Commons VFS would delete the target first. Here the old file steps aside and comes back if the new one cannot take its
     * place; others than this store see neither for a moment.
     */
    private void replace(FileObject root, FileObject source, FileObject target, FsPath to) throws IOException {
        FsPath aside = Temporary.beside(to);
        target.moveTo(file(root, aside));
        boolean placed = false;
        try {
            source.moveTo(file(root, to));
            placed = true;
        } finally {
            if (!placed) {
                file(root, aside).moveTo(file(root, to));
            }
        }
        removeTree(file(root, aside));
    }

    @Override
    public void remove(FsPath path, Node node) throws IOException {
        call(root -> removeTree(file(root, path)));
    }

    @Override
    public void touch(FsPath path, Instant modified) throws IOException {
        call(root -> {
            try (org.apache.commons.vfs2.FileContent content = file(root, path).getContent()) {
                content.setLastModifiedTime(modified.toEpochMilli());
            }
            return true;
        });
    }

    @Override
    public void close() throws IOException {
        pool.close();
    }
}
