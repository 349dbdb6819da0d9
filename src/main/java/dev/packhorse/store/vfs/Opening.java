package dev.packhorse.store.vfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.store.vfs.archive.ArchiveOptions;
import dev.packhorse.store.vfs.archive.ArchiveStore;
import dev.packhorse.store.vfs.archive.Format;
import java.io.Closeable;
import java.io.IOException;
import java.net.URL;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import org.apache.commons.vfs2.Capability;
import org.apache.commons.vfs2.provider.FileProvider;
import org.apache.commons.vfs2.provider.ftp.FtpFileProvider;
import org.apache.commons.vfs2.provider.ram.RamFileProvider;
import org.jspecify.annotations.Nullable;

/** From a URI to a store. */
final class Opening {

    private final VfsOptions options;
    private final Plugins plugins;
    private final VfsErrors errors;

    private Opening(VfsOptions options, Plugins plugins, VfsErrors errors) {
        this.options = options;
        this.plugins = plugins;
        this.errors = errors;
    }

    static Store open(String text, VfsOptions options) throws FsException {
        VfsUri uri = VfsUri.parse(text);
        if (uri.scheme().equals("ftp") || uri.scheme().equals("ftps")) {
            throw new IllegalArgumentException(uri + " is served without Commons VFS, by the store of ftp: and ftps:");
        }
        Plugins plugins = new Plugins(options);
        Opening opening = new Opening(options, plugins, new VfsErrors(uri.secret()));
        Store store = null;
        try {
            store = opening.store(uri);
            if (!options.lazy()) {
                check(store);
            }
            return store;
        } catch (IOException | RuntimeException e) {
            close(store == null ? plugins : store);
            throw opening.told(uri, e);
        }
    }

    private static void close(Closeable left) {
        try {
            left.close();
        } catch (IOException e) {
            // The failure that led here is the one to tell.
            return;
        }
    }

    /** Looks whether the root is there; who opens lazily does without. */
    private static void check(Store store) throws IOException {
        if (store instanceof ArchiveStore archive) {
            archive.load();
        } else if (store instanceof VfsStore tree) {
            tree.probe();
        }
    }

    /** What the operator can mend is told in one line; that a server is away is not for him to mend in a file. */
    private RuntimeException told(VfsUri uri, Exception e) throws FsException {
        String reason = switch (VfsErrors.kind(e)) {
            case UNAVAILABLE, TIMEOUT, BUSY, NO_SPACE -> throw errors.of(e, "open", FsPath.ROOT);
            case NOT_FOUND -> "nothing is there";
            case NOT_A_DIRECTORY -> "that is no directory";
            case PERMISSION_DENIED -> "access is refused: look at user, password and permissions";
            case TOO_LARGE -> "it has more entries than allowed";
            case UNSUPPORTED -> "the server cannot do what is needed";
            case IO, IS_A_DIRECTORY, INVALID_NAME, ALREADY_EXISTS, NOT_EMPTY, PRECONDITION_FAILED, STALE -> line(e);
        };
        boolean own = e instanceof IllegalArgumentException;
        return new IllegalArgumentException(
                own ? line(e) : uri + " cannot be opened: " + reason, errors.of(e, "open", FsPath.ROOT));
    }

    private String line(Exception e) {
        return errors.masked(String.valueOf(e.getMessage())).lines().findFirst().orElse("it is broken");
    }

    private Store store(VfsUri uri) throws IOException {
        Format format = uri.format();
        return format == null ? tree(uri, false) : archive(uri, format, uri.inner());
    }

    private Store archive(VfsUri uri, Format format, FsPath base) throws IOException {
        VfsUri outer = uri.outer();
        ArchiveOptions how =
                new ArchiveOptions(options.temp(), options.spoolLimit(), options.recheck(), options.maxEntries());
        Format around = outer.format();
        FsPath inner = around == null ? FsPath.ROOT : outer.inner();
        Store source = around == null ? tree(outer, true) : archive(outer, around, FsPath.ROOT);
        String name = around == null ? outer.name() : inner.name();
        int dot = name.lastIndexOf('.');
        return new ArchiveStore(source, inner, dot > 0 ? name.substring(0, dot) : name, base, format, how);
    }

    private Store tree(VfsUri uri, boolean isFile) throws IOException {
        String scheme = uri.scheme();
        return switch (scheme) {
            case "file" -> local(path(uri), true, isFile, plugins);
            case "tmp" -> temporary();
            case "res" -> resource(uri, isFile);
            case "http", "http5" -> new VfsStore(new HttpDrive(web("http", uri), errors, isFile), errors);
            case "https", "http5s" -> new VfsStore(new HttpDrive(web("https", uri), errors, isFile), errors);
            case "webdav4" -> new VfsStore(new DavDrive(web("http", uri), errors), errors);
            case "webdav4s" -> new VfsStore(new DavDrive(web("https", uri), errors), errors);
            case "ram" -> objects(uri, new RamFileProvider().getCapabilities(), options.ramLimit());
            case "ftp", "ftps" -> objects(uri, new FtpFileProvider().getCapabilities(), -1);
            case "sftp" ->
                throw new IllegalArgumentException(
                        uri + " is not served through Commons VFS: use store:sftp://user@host/path");
            default -> plugin(uri);
        };
    }

    private Store plugin(VfsUri uri) throws IOException {
        FileProvider provider = plugins.providers().get(uri.scheme());
        if (provider == null) {
            throw new IllegalArgumentException(
                    "no provider for '" + uri.scheme() + ":', there are " + String.join(", ", plugins.schemes()));
        }
        return objects(uri, provider.getCapabilities(), -1);
    }

    private Store objects(VfsUri uri, Collection<Capability> provided, long ramLimit) {
        ManagerPool pool = new ManagerPool(uri, options, plugins, ramLimit >= 0);
        return new VfsStore(new ObjectDrive(pool, errors, provided, ramLimit), errors);
    }

    private Web web(String scheme, VfsUri uri) {
        return new Web(scheme, uri.rest(), options, plugins);
    }

    private static Path path(VfsUri uri) {
        String rest = uri.rest();
        if (rest.startsWith("//")) {
            rest = rest.substring(2);
            if (!rest.startsWith("/")) {
                throw new IllegalArgumentException(uri + " names a host; a path is file:///path");
            }
        }
        try {
            return Path.of(VfsUri.decoded(rest));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(uri + " names no path", e);
        }
    }

    /** A folder of this store alone, gone when it is closed. */
    private Store temporary() throws IOException {
        TempFolder folder = TempFolder.create(options.temp());
        return local(folder.path(), true, false, () -> {
            try (plugins) {
                folder.close();
            }
        });
    }

    private Store local(Path root, boolean writable, boolean isFile, Closeable owned) {
        return new VfsStore(new LocalDrive(root, writable, isFile, owned), errors);
    }

    /** What is on the class path, in a folder or in a jar, never to be written. */
    private Store resource(VfsUri uri, boolean isFile) throws IOException {
        String name = VfsUri.decoded(uri.rest());
        String path = name.startsWith("/") ? name.replaceFirst("^/+", "") : name;
        URL url = resource(path);
        if (url == null) {
            throw new IllegalArgumentException(uri + " is not on the class path");
        }
        VfsUri real = VfsUri.parse(url.toString());
        if (real.scheme().equals("file")) {
            return local(path(real), false, isFile, plugins);
        }
        Format format = real.format();
        if (format == null || isFile) {
            throw new IllegalArgumentException(uri + " is on the class path where it cannot be read as a folder");
        }
        return archive(real, format, real.inner());
    }

    private static @Nullable URL resource(String path) {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        URL url = context == null ? null : context.getResource(path);
        return url == null ? Opening.class.getClassLoader().getResource(path) : url;
    }
}
