package dev.packhorse.front.openhands;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WholeBody;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.OutputStream;

/** A store that reads what is written, counts it and keeps an empty file. */
final class CountingStore extends ForwardingStore {

    private final long[] count;

    /** Counts the bytes of the last write into the first element. */
    CountingStore(Store delegate, long[] count) {
        super(delegate);
        this.count = count;
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        try (WholeBody in = new WholeBody(body, "write", path)) {
            count[0] = in.transferTo(OutputStream.nullOutputStream());
        } catch (FsException e) {
            throw e;
        } catch (IOException e) {
            throw new FsException(FsException.Kind.IO, "write", path, e);
        }
        return delegate().write(path, Body.of(new byte[0]), options);
    }
}
