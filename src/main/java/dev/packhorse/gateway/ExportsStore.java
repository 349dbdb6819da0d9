package dev.packhorse.gateway;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.ReadOnlyStore;
import dev.packhorse.fs.Trees;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The directories above the exports: what {@code GET /fs/} lists. Read-only, of mode 0555. */
final class ExportsStore extends ReadOnlyStore {

    private static final Capabilities NOTHING = new Capabilities(Set.of(), Duration.ofSeconds(1));

    private final List<FsPath> exports;
    private final Instant changed;

    /**
     * The directories above some exports.
     *
     * @param changed when the exports last changed
     */
    ExportsStore(List<FsPath> exports, Instant changed) {
        this.exports = List.copyOf(exports);
        this.changed = changed;
    }

    @Override
    public Capabilities capabilities() {
        return NOTHING;
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        if (!path.isRoot() && exports.stream().noneMatch(export -> export.equals(path) || export.isBelow(path))) {
            throw new FsException(Kind.NOT_FOUND, "stat", path);
        }
        return directory(path);
    }

    private Node directory(FsPath path) {
        return new Node(path, NodeType.DIRECTORY, new Mode(0555), 0, changed, Owner.ROOT, null, null, null);
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        stat(directory);
        NavigableSet<FsPath> children = new TreeSet<>();
        for (FsPath export : exports) {
            if (export.isBelow(directory)) {
                children.add(directory.child(export.from(directory).segments().get(0)));
            }
        }
        Iterator<FsPath> each = children.iterator();
        return new Listing() {
            @Override
            public @Nullable Node next() {
                return each.hasNext() ? directory(each.next()) : null;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return Trees.walk(this, directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        stat(path);
        throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
    }

    @Override
    public void close() {}
}
