package dev.packhorse.fs;

/** A store that hands every operation to another; the base of all policies. Every method is overridden here, on purpose. */
public abstract class ForwardingStore implements Store {

    private final Store delegate;

    protected ForwardingStore(Store delegate) {
        this.delegate = delegate;
    }

    /** The store behind this one. */
    protected final Store delegate() {
        return delegate;
    }

    @Override
    public Capabilities capabilities() {
        return delegate.capabilities();
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        return delegate.stat(path);
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        return delegate.list(directory);
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return delegate.walk(directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        return delegate.read(path);
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        return delegate.write(path, body, options);
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        return delegate.makeDirectory(path, options);
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        return delegate.link(path, target, options);
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        return delegate.change(path, change, preconditions);
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        return delegate.copy(source, target, options);
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        return delegate.move(source, target, options);
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        delegate.remove(path, preconditions);
    }

    @Override
    public Space space() throws FsException {
        return delegate.space();
    }

    @Override
    public void close() throws FsException {
        delegate.close();
    }
}
