package dev.packhorse.containers;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.store.sftp.SftpOptions;
import dev.packhorse.store.sftp.SftpStore;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

@WithContainers
class OpenSshStoreContainerTest extends StoreContract {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path keys;

    @SuppressWarnings("NullAway.Init")
    private static SftpOptions options;

    @BeforeAll
    static void learnTheKeys() throws Exception {
        options = OpenSsh.shared().options(keys.resolve("known_hosts"));
    }

    @Override
    protected Store create() throws Exception {
        OpenSsh server = OpenSsh.shared();
        return SftpStore.open(server.host(), OpenSsh.PORT, server.freshFolder(), options);
    }
}
