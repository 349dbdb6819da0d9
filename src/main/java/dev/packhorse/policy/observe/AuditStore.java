package dev.packhorse.policy.observe;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Audited;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
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
import dev.packhorse.fs.WriteOptions;

/**
 * A store as one request sees it, each operation of which is a line of the audit log. Outermost of all that stands before a store, so
 * that what is refused below is a line with its refusal.
 *
 * <p>A change that has been made, but whose line the operating system does not have in time, fails as {@code UNAVAILABLE}: nobody
 * may believe in a change that no line tells of. While such lines wait, changes fail so before they are made.
 */
public final class AuditStore extends ForwardingStore implements Audited, Permissions {

    private final AuditLog log;
    private final Origin origin;

    /**
     * The store of an export.
     *
     * @param origin of everything that is asked of it
     */
    public AuditStore(Store delegate, AuditLog log, Origin origin) {
        super(delegate);
        this.log = log;
        this.origin = origin;
    }

    @Override
    public Store unaudited() {
        return delegate();
    }

    @Override
    public boolean mayDoSomething() {
        return noted("stat", FsPath.ROOT, Permissions.of(delegate()).mayDoSomething());
    }

    @Override
    public boolean mayWrite(FsPath path) {
        return noted("write", path, Permissions.of(delegate()).mayWrite(path));
    }

    @Override
    public boolean mayRemove(FsPath path) {
        return noted("remove", path, Permissions.of(delegate()).mayRemove(path));
    }

    @Override
    public boolean mayDescribe(FsPath path) {
        return Permissions.of(delegate()).mayDescribe(path);
    }

    @Override
    public boolean mayMoveAway(Node node) throws FsException {
        return noted("move", node.path(), Permissions.of(delegate()).mayMoveAway(node));
    }

    @Override
    public boolean hidesIn(FsPath directory) throws FsException {
        return Permissions.of(delegate()).hidesIn(directory);
    }

    /** A front that asks first does not do what it may not: that it was asked to is a line all the same. */
    private boolean noted(String operation, FsPath path, boolean allowed) {
        if (!allowed) {
            Observed observed = observe(operation, path);
            observed.failed(Kind.PERMISSION_DENIED);
            observed.end();
        }
        return allowed;
    }

    @Override
    public boolean isKnown() {
        return Permissions.of(delegate()).isKnown();
    }

    @Override
    public String caller() {
        return Permissions.of(delegate()).caller();
    }

    private Observed observe(String operation, FsPath path) {
        return new Observed(log, origin, operation, path, null);
    }

    /** Looks at something: a line on demand, or if it is denied. */
    private <R> R look(Observed observed, Observed.Action<R> action) throws FsException {
        try {
            return observed.run(action);
        } finally {
            if (log.hasLooks() || observed.isDenied()) {
                observed.end();
            }
        }
    }

    /** Opens something, which is a line when it is closed. */
    private <R> R open(Observed observed, Observed.Action<R> action) throws FsException {
        try {
            return observed.run(action);
        } finally {
            if (observed.hasFailed()) {
                observed.end();
            }
        }
    }

    /** Changes something, if the log has room for its line, and returns when that is handed over. */
    private <R> R change(Observed observed, Observed.Action<R> action) throws FsException {
        log.admit(observed);
        R result;
        boolean isHandedOver = false;
        try {
            result = observed.run(action);
        } finally {
            isHandedOver = log.handOver(observed.line());
        }
        if (!isHandedOver) {
            throw observed.refusal();
        }
        return result;
    }

    /** The same with what it wrote. */
    private Node write(Observed observed, Observed.Action<Node> action) throws FsException {
        return change(observed, () -> {
            Node node = action.run();
            if (!node.isDirectory()) {
                observed.countBytes(node.size());
            }
            return node;
        });
    }

    @Override
    public Capabilities capabilities() {
        return delegate().capabilities();
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        return look(observe("stat", path), () -> delegate().stat(path));
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        Observed observed = observe("list", directory);
        return new AuditedListing(open(observed, () -> delegate().list(directory)), observed);
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        Observed observed = observe("walk", directory);
        return new AuditedListing(open(observed, () -> delegate().walk(directory)), observed);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        Observed observed = observe("read", path);
        return new AuditedContent(open(observed, () -> delegate().read(path)), observed);
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        return write(observe("write", path), () -> delegate().write(path, body, options));
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        return change(observe("makeDirectory", path), () -> delegate().makeDirectory(path, options));
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        return write(observe("link", path), () -> delegate().link(path, target, options));
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        return change(observe("change", path), () -> delegate().change(path, change, preconditions));
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        Observed observed = new Observed(log, origin, "copy", source, target);
        return write(observed, () -> delegate().copy(source, target, options));
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        Observed observed = new Observed(log, origin, "move", source, target);
        return change(observed, () -> delegate().move(source, target, options));
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        change(observe("remove", path), () -> {
            delegate().remove(path, preconditions);
            return path;
        });
    }

    @Override
    public Space space() throws FsException {
        return look(observe("space", FsPath.ROOT), () -> delegate().space());
    }

    @Override
    public void close() throws FsException {
        delegate().close();
    }
}
