package dev.packhorse.policy.access;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.CountedBody;
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
import java.util.EnumSet;

/**
 * A store with {@link Restrictions}, the same for every caller.
 *
 * <p>What has a hidden name, or is below one, is {@code NOT_FOUND}, and is not listed. Making something there is
 * {@code PERMISSION_DENIED}, and so is removing or moving a directory with something hidden in it: nobody may destroy what he cannot
 * see. A copy of such a directory is one of what can be seen. A symlink whose target has a hidden name in it cannot be made; one that
 * somebody has put into the store in another way is followed.
 *
 * <p>What has a refused name may be read, changed and removed. That a path with such a name is written, made, or becomes the
 * target of a copy or move, itself or in a tree, is {@code PERMISSION_DENIED}.
 *
 * <p>A file that is too large is {@code TOO_LARGE}, before its body is opened if that says how long it is, else when it goes beyond.
 *
 * <p>Names in a tree are looked at before it is moved, copied or removed; what is put there in between goes along.
 */
public final class RestrictedStore extends ForwardingStore implements Permissions {

    private final Restrictions restrictions;

    /** A store with restrictions. */
    public RestrictedStore(Store delegate, Restrictions restrictions) {
        super(delegate);
        this.restrictions = restrictions;
    }

    private boolean isHidden(FsPath path) {
        return !restrictions.hidden().isEmpty() && restrictions.hidden().matchAny(path.toString());
    }

    private void requireSeen(String operation, FsPath path) throws FsException {
        if (isHidden(path)) {
            throw new FsException(Kind.NOT_FOUND, operation, path);
        }
    }

    private void requireWritable(String operation, FsPath path) throws FsException {
        if (restrictions.readOnly()) {
            throw new FsException(Kind.UNSUPPORTED, operation, path);
        }
    }

    private void requireMakeable(String operation, FsPath path) throws FsException {
        requireWritable(operation, path);
        if (isHidden(path) || restrictions.refused().match(path.name())) {
            throw new FsException(Kind.PERMISSION_DENIED, operation, path);
        }
    }

    /** Whether a tree has something hidden in it. */
    private boolean hasHidden(FsPath path) throws FsException {
        if (restrictions.hidden().isEmpty() || !delegate().stat(path).isDirectory()) {
            return false;
        }
        try (Listing all = delegate().walk(path)) {
            for (Node node = all.next(); node != null; node = all.next()) {
                if (restrictions.hidden().match(node.path().name())) {
                    return true;
                }
            }
        }
        return false;
    }

    private void requireNothingHidden(String operation, FsPath path) throws FsException {
        if (hasHidden(path)) {
            throw new FsException(Kind.PERMISSION_DENIED, operation, path);
        }
    }

    /** Refuses to give refused names once more. */
    private void requireNothingRefused(String operation, FsPath source) throws FsException {
        if (restrictions.refused().isEmpty() || !delegate().stat(source).isDirectory()) {
            return;
        }
        try (Listing seen = walk(source)) {
            for (Node node = seen.next(); node != null; node = seen.next()) {
                if (restrictions.refused().match(node.path().name())) {
                    throw new FsException(Kind.PERMISSION_DENIED, operation, source);
                }
            }
        }
    }

    @Override
    public boolean mayDoSomething() {
        return Permissions.of(delegate()).mayDoSomething();
    }

    @Override
    public boolean mayWrite(FsPath path) {
        return Permissions.of(delegate()).mayWrite(path);
    }

    @Override
    public boolean mayRemove(FsPath path) {
        return Permissions.of(delegate()).mayRemove(path);
    }

    @Override
    public boolean mayDescribe(FsPath path) {
        return Permissions.of(delegate()).mayDescribe(path);
    }

    @Override
    public boolean mayMoveAway(Node node) throws FsException {
        return !hasHidden(node.path()) && Permissions.of(delegate()).mayMoveAway(node);
    }

    @Override
    public boolean hidesIn(FsPath directory) throws FsException {
        requireSeen("list", directory);
        if (!restrictions.hidden().isEmpty()) {
            try (Listing all = delegate().list(directory)) {
                for (Node node = all.next(); node != null; node = all.next()) {
                    if (restrictions.hidden().match(node.path().name())) {
                        return true;
                    }
                }
            }
        }
        return Permissions.of(delegate()).hidesIn(directory);
    }

    @Override
    public boolean isKnown() {
        return Permissions.of(delegate()).isKnown();
    }

    @Override
    public String caller() {
        return Permissions.of(delegate()).caller();
    }

    @Override
    public Capabilities capabilities() {
        Capabilities all = delegate().capabilities();
        if (!restrictions.readOnly()) {
            return all;
        }
        for (Capability capability : EnumSet.of(
                Capability.WRITE,
                Capability.SYMLINKS,
                Capability.MODE,
                Capability.MODIFIED,
                Capability.OWNER,
                Capability.MEDIA_TYPE)) {
            all = all.without(capability);
        }
        return all;
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        requireSeen("stat", path);
        return delegate().stat(path);
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        requireSeen("list", directory);
        return seen(delegate().list(directory), directory);
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        requireSeen("walk", directory);
        return seen(delegate().walk(directory), directory);
    }

    private Listing seen(Listing all, FsPath directory) {
        return restrictions.hidden().isEmpty() ? all : new SeenListing(all, directory, restrictions.hidden());
    }

    @Override
    public Content read(FsPath path) throws FsException {
        requireSeen("read", path);
        return delegate().read(path);
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        requireMakeable("write", path);
        long most = restrictions.maxFile();
        if (body.length() > most) {
            throw new FsException(Kind.TOO_LARGE, "write", path);
        }
        boolean mayGrow = body.length() == Body.UNKNOWN && most < Long.MAX_VALUE;
        return delegate().write(path, mayGrow ? limited(body, most, path) : body, options);
    }

    private static Body limited(Body body, long most, FsPath path) {
        return new CountedBody(body, count -> {
            if (count > most) {
                throw new FsException(Kind.TOO_LARGE, "write", path);
            }
        });
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        requireWritable("makeDirectory", path);
        if (isHidden(path) || (restrictions.refused().match(path.name()) && !exists(path))) {
            throw new FsException(Kind.PERMISSION_DENIED, "makeDirectory", path);
        }
        return delegate().makeDirectory(path, options);
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        requireMakeable("link", path);
        if (restrictions.hidden().matchAny(target)) {
            throw new FsException(Kind.PERMISSION_DENIED, "link", path);
        }
        return delegate().link(path, target, options);
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        requireWritable("change", path);
        requireSeen("change", path);
        return delegate().change(path, change, preconditions);
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        requireWritable("copy", source);
        requireSeen("copy", source);
        requireMakeable("copy", target);
        requireNothingRefused("copy", source);
        if (!hasHidden(source)) {
            return delegate().copy(source, target, options);
        }
        Store seen = new Seen(delegate());
        return Trees.transfer(seen, source, seen, target, options, /* move= */ false);
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        requireWritable("move", source);
        requireSeen("move", source);
        requireMakeable("move", target);
        requireNothingHidden("move", source);
        requireNothingRefused("move", source);
        return delegate().move(source, target, options);
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        requireWritable("remove", path);
        requireSeen("remove", path);
        requireNothingHidden("remove", path);
        delegate().remove(path, preconditions);
    }

    @Override
    public Space space() throws FsException {
        return delegate().space();
    }

    @Override
    public void close() throws FsException {
        delegate().close();
    }

    private boolean exists(FsPath path) throws FsException {
        try {
            delegate().stat(path);
            return true;
        } catch (FsException e) {
            if (e.kind() == Kind.NOT_FOUND || e.kind() == Kind.NOT_A_DIRECTORY) {
                return false;
            }
            throw e;
        }
    }

    /** The store as a copy of a tree has it whose both ends have been checked: nothing that is hidden. */
    private final class Seen extends ForwardingStore {

        Seen(Store delegate) {
            super(delegate);
        }

        @Override
        public Listing list(FsPath directory) throws FsException {
            return seen(delegate().list(directory), directory);
        }
    }
}
