package dev.packhorse.change;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a change means to a receiver that knows files only, by what is in the store now. Directories exist there by the files in
 * them; a symlink is nothing.
 */
public final class Effects {

    /** Is told what a receiver has to do, in order. */
    public interface Sink {
        /** There is a file, or was a moment ago. */
        void file(FsPath path) throws IOException;

        /** Nothing is at or below the path. */
        void gone(FsPath path) throws IOException;
    }

    private final Store store;
    private final Sink sink;

    private Effects(Store store, Sink sink) {
        this.store = store;
        this.sink = sink;
    }

    /**
     * Tells what a change means.
     *
     * @throws IOException what the store or the sink throws; a part may have been told
     */
    public static void of(Change change, Store store, Sink sink) throws IOException {
        new Effects(store, sink).tell(change);
    }

    private void tell(Change change) throws IOException {
        FsPath path = change.path();
        FsPath target = change.target();
        switch (change.operation()) {
            case MAKE_DIRECTORY -> {}
            case WRITE -> sink.file(path);
            case LINK, REMOVE -> {
                if (change.lookAgain()) {
                    again(path);
                } else {
                    sink.gone(path);
                }
            }
            case COPY -> tree(path(target));
            case MOVE -> {
                if (change.lookAgain()) {
                    again(path);
                    again(path(target));
                } else {
                    sink.gone(path);
                    tree(path(target));
                }
            }
        }
    }

    private static FsPath path(@Nullable FsPath target) {
        if (target == null) {
            throw new IllegalArgumentException("a change without a target");
        }
        return target;
    }

    /** Whatever was there before, after this there is what the store has. */
    private void again(FsPath path) throws IOException {
        sink.gone(path);
        tree(path);
    }

    private void tree(FsPath path) throws IOException {
        Node node;
        try {
            node = store.stat(path);
        } catch (FsException e) {
            if (e.kind() == Kind.NOT_FOUND || e.kind() == Kind.NOT_A_DIRECTORY) {
                return;
            }
            throw e;
        }
        switch (node.type()) {
            case FILE -> sink.file(path);
            case SYMLINK -> sink.gone(path);
            case DIRECTORY -> walk(path);
        }
    }

    private void walk(FsPath path) throws IOException {
        try (Listing listing = store.walk(path)) {
            for (Node each = listing.next(); each != null; each = listing.next()) {
                if (each.isFile()) {
                    sink.file(each.path());
                }
            }
        } catch (FsException e) {
            // It went while it was looked through: a later change says so.
            if (e.kind() != Kind.NOT_FOUND || !e.path().equals(path)) {
                throw e;
            }
        }
    }
}
