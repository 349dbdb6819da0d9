package dev.packhorse.containers;

import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

@WithContainers
class ModSftpStoreContainerTest extends StoreContract {

    @TempDir
    Path temp;

    @Override
    protected Store create() throws Exception {
        return Remote.MOD_SFTP.fresh(temp);
    }

    @Override
    protected boolean keeps(Mode mode) {
        // mod_sftp takes no permissions for none given.
        return mode.permissions() != 0;
    }
}
