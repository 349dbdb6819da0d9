package dev.packhorse.containers;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

@WithContainers
class FtpsStoreContainerTest extends StoreContract {

    @TempDir
    Path temp;

    @Override
    protected Store create() throws Exception {
        return Remote.FTPS.fresh(temp);
    }
}
