package dev.packhorse.fs;

/**
 * A store that nobody can change: everything that would is {@code UNSUPPORTED}, and so is {@link #space}, of which such a store
 * rarely has any to give. Its {@link #capabilities} must declare neither {@link Capability#WRITE} nor what depends on it.
 */
public abstract class ReadOnlyStore implements Store {

    @Override
    public final Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        throw unsupported("write", path);
    }

    @Override
    public final Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        throw unsupported("makeDirectory", path);
    }

    @Override
    public final Node link(FsPath path, String target, WriteOptions options) throws FsException {
        throw unsupported("link", path);
    }

    @Override
    public final Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        throw unsupported("change", path);
    }

    @Override
    public final Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        throw unsupported("copy", source);
    }

    @Override
    public final Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        throw unsupported("move", source);
    }

    @Override
    public final void remove(FsPath path, Preconditions preconditions) throws FsException {
        throw unsupported("remove", path);
    }

    @Override
    public Space space() throws FsException {
        throw unsupported("space", FsPath.ROOT);
    }

    private static FsException unsupported(String operation, FsPath path) {
        return new FsException(FsException.Kind.UNSUPPORTED, operation, path);
    }
}
