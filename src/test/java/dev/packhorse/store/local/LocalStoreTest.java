package dev.packhorse.store.local;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class LocalStoreTest extends StoreContract {

    @TempDir
    Path folder;

    @Override
    protected Store create() throws IOException {
        return LocalStore.open(folder, LocalStore.Options.DEFAULT);
    }
}
