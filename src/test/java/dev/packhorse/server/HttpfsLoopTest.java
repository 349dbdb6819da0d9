package dev.packhorse.server;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.store.http.Credential;
import dev.packhorse.store.httpfs.Dialect;
import dev.packhorse.store.httpfs.HttpfsOptions;
import dev.packhorse.store.httpfs.HttpfsStore;
import dev.packhorse.store.local.LocalStore;
import dev.packhorse.store.memory.MemoryStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP Filesystem Protocol through our own client, over a real socket: as a Packhorse, and as any other server. */
class HttpfsLoopTest {

    abstract static class Loop extends StoreContract {

        @SuppressWarnings("NullAway.Init")
        private HttpfsServer server;

        Store behind() throws Exception {
            return new MemoryStore(256L << 20);
        }

        @Nullable
        Dialect dialect() {
            return null;
        }

        boolean parts() {
            return true;
        }

        @Override
        protected Store create() throws Exception {
            server = new HttpfsServer(behind(), parts());
            HttpfsOptions options = new HttpfsOptions(dialect(), Credential.NONE, false, HttpfsOptions.DEFAULT.web());
            return HttpfsStore.open(server.base(), options);
        }

        @AfterEach
        void stop() throws Exception {
            server.close();
        }
    }

    @Nested
    class OverMemory extends Loop {}

    @Nested
    class OverAFolder extends Loop {

        @TempDir
        @SuppressWarnings("NullAway.Init")
        private Path folder;

        @Override
        Store behind() throws Exception {
            return LocalStore.open(Files.createDirectory(folder.resolve("x")), LocalStore.Options.DEFAULT);
        }
    }

    @Nested
    class AsAnyOther extends Loop {
        @Override
        Dialect dialect() {
            return Dialect.PLAIN;
        }
    }

    @Nested
    class WithoutParts extends Loop {
        @Override
        Dialect dialect() {
            return Dialect.PLAIN;
        }

        @Override
        boolean parts() {
            return false;
        }
    }
}
