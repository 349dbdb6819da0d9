package dev.packhorse.store.vfs;

import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.vfs2.provider.local.DefaultLocalFileProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes through the interfaces of Commons VFS: here those of local files. */
class VfsPluginStoreTest extends StoreContract {

    @TempDir
    Path folder;

    @TempDir
    Path temp;

    @Override
    protected Store create() throws IOException {
        return VfsStore.open(
                "disk://" + folder, TestOptions.plugin(temp, Map.of("disk", DefaultLocalFileProvider.class.getName())));
    }

    @Override
    protected boolean holds(String name) {
        return name.indexOf('\\') < 0;
    }

    @Test
    void aBackslashIsRefusedAndNotTakenForASlash() {
        assertFails(FsException.Kind.INVALID_NAME, () -> write("/a\\b", ""));
    }

    @Test
    void itCanWhatTheProviderCan() {
        has(Capability.WRITE);
        has(Capability.MODIFIED);
    }
}
