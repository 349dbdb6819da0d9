package dev.packhorse.store.vfs;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.Store;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class VfsRamGoldenTest extends GoldenSessions {

    @TempDir
    Path folder;

    @Override
    protected Store create() throws IOException {
        return VfsStore.open("ram:/", TestOptions.in(folder));
    }
}
