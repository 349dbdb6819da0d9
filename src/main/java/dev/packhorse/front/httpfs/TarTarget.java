package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.RefusedException;
import dev.packhorse.front.http.Upload;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Permissions;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.wire.httpfs.Wire;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the entries of an archive go.
 *
 * <p>What is in the way of an entry is replaced, whatever it is: an archive says how the tree shall look. The metadata of
 * directories is applied at the end, since entries below would change their times, and could not be written into a read-only
 * one; for archives with more than {@value #MOST_DEFERRED} directories, that of the others at once.
 */
final class TarTarget {

    private static final int MOST_DEFERRED = 10_000;

    private final Store store;
    private final FsPath base;
    private final Preconditions preconditions;
    private final boolean ordered;
    private final Map<FsPath, WriteOptions> deferred = new LinkedHashMap<>();
    private @Nullable FsPath ensured;

    TarTarget(Store store, FsPath base, Preconditions preconditions) {
        this.store = store;
        this.base = base;
        this.preconditions = preconditions;
        this.ordered = store.capabilities().has(Capability.CHANGE_TIMESTAMPS);
    }

    /**
     * Checks what must hold for the base.
     *
     * @throws FsException {@code PRECONDITION_FAILED}
     */
    void check() throws FsException {
        if (preconditions.needNode()) {
            preconditions.check(existing(base), "apply", base);
        }
    }

    /** Applies one entry; returns its path. */
    FsPath apply(TarEntry entry, TarReader reader) throws FsException, RefusedException {
        FsPath path = path(entry.name());
        Preconditions must = preconditions(entry);
        if (entry.delete()) {
            remove(path, must);
            return path;
        }
        switch (entry.type()) {
            case '0' -> {
                makeWay(path, must);
                Upload content = new Upload(content(entry, reader), Long.MAX_VALUE);
                try {
                    store.write(path, content, new WriteOptions(attributes(entry), must));
                } catch (FsException e) {
                    throw content.rethrown(e);
                }
            }
            case '2' -> {
                makeWay(path, must);
                store.link(path, entry.link(), new WriteOptions(attributes(entry), must));
            }
            case '5' -> directory(path, new WriteOptions(attributes(entry), must));
            default -> throw new RefusedException(400, "Unsupported Entry Type");
        }
        return path;
    }

    /** Makes the base if it is missing. */
    void ensureBase() throws FsException {
        ensure(base);
    }

    /** Applies what was deferred. A directory that is gone, or was changed later by somebody else, is left as it is. */
    void finish() throws FsException {
        for (Map.Entry<FsPath, WriteOptions> entry : deferred.entrySet()) {
            try {
                store.change(
                        entry.getKey(),
                        entry.getValue().attributes(),
                        entry.getValue().preconditions());
            } catch (FsException e) {
                if (e.kind() != FsException.Kind.NOT_FOUND && e.kind() != FsException.Kind.STALE) {
                    throw e;
                }
            }
        }
        deferred.clear();
    }

    private FsPath path(String name) throws FsException, RefusedException {
        FsPath path = base;
        for (String segment : name.split("/", -1)) {
            if (!segment.isEmpty() && !segment.equals(".")) {
                path = path.child(segment);
            }
        }
        if (!path.equals(base) && Wire.endsInSuffix(path.toString())) {
            throw new RefusedException(400, "Invalid Name");
        }
        return path;
    }

    private Preconditions preconditions(TarEntry entry) {
        Long timestamp =
                entry.changeTimestamp() != null && ordered ? entry.changeTimestamp() : preconditions.changeTimestamp();
        return timestamp == null ? Preconditions.NONE : new Preconditions(null, null, null, timestamp);
    }

    private AttributeChange attributes(TarEntry entry) {
        Owner owner = entry.uid() < 0 || entry.gid() < 0 ? null : new Owner(entry.uid(), entry.gid());
        // What an archive says of a symlink's permissions is an accident of the system that wrote it.
        Mode mode = entry.type() == '2' ? null : entry.mode();
        return new AttributeChange(mode, entry.modified(), owner, null).keptBy(store.capabilities());
    }

    private void remove(FsPath path, Preconditions must) throws FsException {
        try {
            store.remove(path, must);
        } catch (FsException e) {
            if (e.kind() != FsException.Kind.NOT_FOUND && e.kind() != FsException.Kind.NOT_A_DIRECTORY) {
                throw e;
            }
        }
        forget(path);
    }

    /** Makes the parents of a file or symlink, and takes away a directory in its place. */
    private void makeWay(FsPath path, Preconditions must) throws FsException {
        FsPath parent = path.parent();
        if (parent == null || path.equals(base)) {
            throw new FsException(FsException.Kind.IS_A_DIRECTORY, "apply", path);
        }
        ensure(parent);
        Node node = existing(path);
        if (node != null && node.isDirectory()) {
            remove(path, must);
        }
    }

    private void directory(FsPath path, WriteOptions options) throws FsException {
        FsPath parent = path.parent();
        if (parent != null) {
            ensure(parent);
        }
        Node node = existing(path);
        if (node != null && !node.isDirectory()) {
            requireBelowBase(path);
            store.remove(path, options.preconditions());
        }
        boolean later = deferred.size() < MOST_DEFERRED || deferred.containsKey(path);
        store.makeDirectory(path, later ? WriteOptions.of(options.preconditions()) : options);
        if (later && !options.attributes().isEmpty() && Permissions.of(store).mayDescribe(path)) {
            deferred.put(path, options);
        }
        ensured = path;
    }

    /** Makes a directory with its parents. A symlink stays: the store follows it, within its root. */
    private void ensure(FsPath directory) throws FsException {
        if (directory.isRoot() || (ensured != null && (ensured.equals(directory) || ensured.isBelow(directory)))) {
            return;
        }
        Node node = existing(directory);
        if (node == null || node.isFile()) {
            if (node != null) {
                requireBelowBase(directory);
                store.remove(directory, Preconditions.NONE);
            }
            FsPath parent = directory.parent();
            if (parent != null) {
                ensure(parent);
            }
            store.makeDirectory(directory, WriteOptions.DEFAULT);
        }
        ensured = directory;
    }

    private void requireBelowBase(FsPath path) throws FsException {
        if (!path.isBelow(base)) {
            throw new FsException(FsException.Kind.NOT_A_DIRECTORY, "apply", path);
        }
    }

    private void forget(FsPath path) {
        deferred.keySet().removeIf(known -> known.equals(path) || known.isBelow(path));
        ensured = null;
    }

    private @Nullable Node existing(FsPath path) throws FsException {
        try {
            return store.stat(path);
        } catch (FsException e) {
            if (e.kind() == FsException.Kind.NOT_FOUND || e.kind() == FsException.Kind.NOT_A_DIRECTORY) {
                return null;
            }
            throw e;
        }
    }

    private static Body content(TarEntry entry, TarReader reader) {
        return new Body() {
            @Override
            public long length() {
                return entry.size();
            }

            @Override
            public InputStream open() {
                return reader.content();
            }
        };
    }
}
