package dev.packhorse.policy.access;

import static dev.packhorse.identity.Right.DELETE;
import static dev.packhorse.identity.Right.LIST;
import static dev.packhorse.identity.Right.METADATA;
import static dev.packhorse.identity.Right.READ;
import static dev.packhorse.identity.Right.WRITE;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Permissions;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.identity.Right;
import java.util.List;
import java.util.Set;

/**
 * An export as one caller has it; made for a request.
 *
 * <p>What each operation needs, in every case on the path that is then used:
 *
 * <ul>
 *   <li>{@code stat}: read, list or write. Who may replace something may know what.
 *   <li>{@code read}: read. {@code list} and {@code walk}: list. They leave out what the caller may neither read nor list, and a walk
 *       what is below a directory that the caller may not list.
 *   <li>{@code write}, {@code makeDirectory}, {@code link}: write. Mode, owner and time that come along are left out without metadata:
 *       clients send them with every file, and none of these may fail for it.
 *   <li>{@code change}: metadata. {@code space}: read or list at the root.
 *   <li>{@code remove}: delete, at the path and wherever below it a rule may hold.
 *   <li>{@code move}: read and delete likewise at the source, write likewise at the target.
 *   <li>{@code copy}: read at the source, for a directory also list; write at the target and below. What the caller may not read is not
 *       copied.
 * </ul>
 *
 * <p>What is not allowed is {@code PERMISSION_DENIED}, whether something is there or not, and the store is not asked. That holds also
 * where {@link #capabilities} declare nothing because the caller may change nothing: who is told "no" should hear why.
 *
 * <p>A store follows symlinks in the middle of a path, so that {@code /pub/link/x} may be {@code /private/x}. Where rules for paths give
 * a caller different rights, a path with a symlink among its directories is refused. And where there are rules for paths at all, only who
 * has all rights everywhere may make, copy or move symlinks: nobody else can put one in place between that look and the use.
 */
public final class AccessStore extends ForwardingStore implements Permissions {

    private final CallerRights rights;
    private volatile boolean denied;

    /** A directory of which is known that no symlink leads there: a request asks for the same again and again. */
    private volatile FsPath straight = FsPath.ROOT;

    /** A caller's view of a store. */
    public AccessStore(Store delegate, CallerRights rights) {
        super(delegate);
        this.rights = rights;
    }

    /** Whether the caller was refused something so far. */
    public boolean denied() {
        return denied;
    }

    @Override
    public boolean mayDoSomething() {
        return noted(!rights.isNothing());
    }

    @Override
    public boolean mayWrite(FsPath path) {
        return noted(rights.at(path).contains(WRITE));
    }

    @Override
    public boolean mayRemove(FsPath path) {
        return noted(rights.throughout(path, List.of(DELETE)));
    }

    @Override
    public boolean mayDescribe(FsPath path) {
        return rights.at(path).contains(METADATA);
    }

    @Override
    public boolean mayMoveAway(Node node) throws FsException {
        List<Right> needed = node.isDirectory() ? List.of(READ, LIST, DELETE) : List.of(READ, DELETE);
        return noted(rights.throughout(node.path(), needed))
                && Permissions.of(delegate()).mayMoveAway(node);
    }

    @Override
    public boolean hidesIn(FsPath directory) throws FsException {
        require(LIST, "list", directory);
        requireStraight("list", directory);
        if (!rights.isUniform()) {
            try (Listing all = delegate().list(directory)) {
                for (Node node = all.next(); node != null; node = all.next()) {
                    if (!visible(rights.at(node.path()))) {
                        return true;
                    }
                }
            }
        }
        return Permissions.of(delegate()).hidesIn(directory);
    }

    @Override
    public boolean isKnown() {
        return !rights.caller().isAnonymous();
    }

    @Override
    public String caller() {
        return CallerText.of(rights.caller());
    }

    private boolean noted(boolean allowed) {
        denied |= !allowed;
        return allowed;
    }

    private void require(boolean allowed, String operation, FsPath path) throws FsException {
        if (!noted(allowed)) {
            throw new FsException(Kind.PERMISSION_DENIED, operation, path);
        }
    }

    private void require(Right right, String operation, FsPath path) throws FsException {
        require(rights.at(path).contains(right), operation, path);
    }

    /** Refuses a path that a symlink leads astray. What is not there is the store's to say. */
    private void requireStraight(String operation, FsPath path) throws FsException {
        FsPath parent = path.parent();
        if (rights.isUniform() || parent == null || parent.isRoot() || parent.equals(straight)) {
            return;
        }
        FsPath at = FsPath.ROOT;
        for (String segment : parent.segments()) {
            at = at.child(segment);
            try {
                require(!delegate().stat(at).isSymlink(), operation, path);
            } catch (FsException e) {
                if (e.kind() == Kind.NOT_FOUND || e.kind() == Kind.NOT_A_DIRECTORY) {
                    return;
                }
                throw e;
            }
        }
        straight = parent;
    }

    private boolean mayNotLink() {
        return rights.dependOnPaths() && !rights.isAll();
    }

    /** Refuses to take along symlinks that the caller may not make. */
    private void requireNoLinks(String operation, FsPath source, Listing below) throws FsException {
        try (below) {
            for (Node node = below.next(); node != null; node = below.next()) {
                require(!node.isSymlink(), operation, source);
            }
        }
    }

    private static boolean visible(Set<Right> rights) {
        return rights.contains(READ) || rights.contains(LIST);
    }

    @Override
    public Capabilities capabilities() {
        Capabilities all = delegate().capabilities();
        boolean writes = rights.anywhere(WRITE);
        boolean describes = rights.anywhere(METADATA);
        if (!writes && !describes) {
            all = all.without(Capability.MEDIA_TYPE);
            all = rights.anywhere(DELETE) ? all : all.without(Capability.WRITE);
        }
        if (!describes) {
            all = all.without(Capability.MODE).without(Capability.MODIFIED).without(Capability.OWNER);
        }
        if (!writes || mayNotLink()) {
            all = all.without(Capability.SYMLINKS);
        }
        return visible(rights.at(FsPath.ROOT)) ? all : all.without(Capability.SPACE);
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        Set<Right> here = rights.at(path);
        require(visible(here) || here.contains(WRITE), "stat", path);
        requireStraight("stat", path);
        return delegate().stat(path);
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        require(LIST, "list", directory);
        requireStraight("list", directory);
        return visible(delegate().list(directory), directory);
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        require(LIST, "walk", directory);
        requireStraight("walk", directory);
        return visible(delegate().walk(directory), directory);
    }

    /** Who may list a directory sees all in it where rights are the same everywhere. */
    private Listing visible(Listing all, FsPath directory) {
        return rights.isUniform() ? all : new VisibleListing(all, directory, rights, /* toRead= */ false);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        require(READ, "read", path);
        requireStraight("read", path);
        return delegate().read(path);
    }

    private void requireWrite(String operation, FsPath path) throws FsException {
        require(WRITE, operation, path);
        requireStraight(operation, path);
    }

    /** These without what the caller may not give. */
    private WriteOptions given(FsPath path, WriteOptions options) {
        return mayDescribe(path)
                ? options
                : new WriteOptions(
                        new AttributeChange(
                                null, null, null, options.attributes().mediaType()),
                        options.preconditions());
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        requireWrite("write", path);
        return delegate().write(path, body, given(path, options));
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        requireWrite("makeDirectory", path);
        return delegate().makeDirectory(path, given(path, options));
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        require(!mayNotLink(), "link", path);
        requireWrite("link", path);
        return delegate().link(path, target, given(path, options));
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        require(METADATA, "change", path);
        requireStraight("change", path);
        return delegate().change(path, change, preconditions);
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        require(READ, "copy", source);
        require(rights.throughout(target, List.of(WRITE)), "copy", target);
        requireStraight("copy", source);
        requireStraight("copy", target);
        boolean whole = rights.throughout(source, List.of(READ, LIST));
        if (!whole || mayNotLink()) {
            Node node = delegate().stat(source);
            require(!node.isSymlink() || !mayNotLink(), "copy", source);
            if (node.isDirectory()) {
                require(LIST, "copy", source);
                ReadablePart readable = new ReadablePart(delegate());
                if (mayNotLink()) {
                    requireNoLinks("copy", source, readable.walk(source));
                }
                if (!whole) {
                    return Trees.transfer(readable, source, readable, target, options, /* move= */ false);
                }
            }
        }
        return delegate().copy(source, target, options);
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        require(rights.throughout(source, List.of(READ, DELETE)), "move", source);
        require(rights.throughout(target, List.of(WRITE)), "move", target);
        requireStraight("move", source);
        requireStraight("move", target);
        if (mayNotLink()) {
            Node node = delegate().stat(source);
            require(!node.isSymlink(), "move", source);
            if (node.isDirectory()) {
                requireNoLinks("move", source, delegate().walk(source));
            }
        }
        return delegate().move(source, target, options);
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        require(rights.throughout(path, List.of(DELETE)), "remove", path);
        requireStraight("remove", path);
        delegate().remove(path, preconditions);
    }

    @Override
    public Space space() throws FsException {
        require(visible(rights.at(FsPath.ROOT)), "space", FsPath.ROOT);
        return delegate().space();
    }

    @Override
    public void close() throws FsException {
        delegate().close();
    }

    /**
     * The store as a copy of a tree has it whose both ends have been checked: nothing that the caller may not read. The target takes
     * whatever a copy takes along, as from {@link Store#copy}.
     */
    private final class ReadablePart extends ForwardingStore {

        ReadablePart(Store delegate) {
            super(delegate);
        }

        @Override
        public Listing list(FsPath directory) throws FsException {
            return new VisibleListing(delegate().list(directory), directory, rights, /* toRead= */ true);
        }

        @Override
        public Listing walk(FsPath directory) throws FsException {
            return new VisibleListing(delegate().walk(directory), directory, rights, /* toRead= */ true);
        }
    }
}
