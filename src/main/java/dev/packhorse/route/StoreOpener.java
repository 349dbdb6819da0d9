package dev.packhorse.route;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;

/** Opens the stores of one scheme. */
@FunctionalInterface
public interface StoreOpener {

    /**
     * Opens a store.
     *
     * @param location the whole location with its scheme, {@code file:///srv/x}; percent-encoded, see {@link Location}
     * @param options what the operator asks for; the opener takes all it knows
     * @throws IllegalArgumentException if the operator has to mend something, with one line that says what
     */
    Store open(String location, Options options) throws FsException;
}
