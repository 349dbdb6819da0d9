package dev.packhorse.store.openhands;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The contract over a real socket, in each dialect, and over servers that do less than ours. */
class OpenHandsStoreTest {

    abstract static class Served extends StoreContract {

        @TempDir
        @SuppressWarnings("NullAway.Init")
        Path temp;

        @SuppressWarnings("NullAway.Init")
        FileStoreServer server;

        @AfterEach
        void stop() {
            server.close();
        }

        /** Makes another server of it. */
        void prepare() {}

        abstract @Nullable Dialect dialect();

        @Override
        protected Store create() throws Exception {
            server = new FileStoreServer();
            prepare();
            return OpenHandsStore.open(server.base(), FileStoreServer.options(temp, dialect()));
        }
    }

    @Nested
    class Published extends Served {
        @Override
        Dialect dialect() {
            return Dialect.FILES_LIST;
        }
    }

    @Nested
    class SecondGeneration extends Served {
        @Override
        Dialect dialect() {
            return Dialect.FILES_OPTIONS;
        }
    }

    @Nested
    class ThirdGeneration extends Served {
        @Override
        Dialect dialect() {
            return Dialect.BARE_OPTIONS;
        }
    }

    @Nested
    class FoundOut extends Served {
        @Override
        @Nullable
        Dialect dialect() {
            return null;
        }
    }

    /** No HEAD, no ETags, no ranges: what the protocol promises, and nothing else. */
    @Nested
    class Plain extends Served {
        @Override
        Dialect dialect() {
            return Dialect.FILES_LIST;
        }

        @Override
        void prepare() {
            server.plain = true;
            server.unknownMethods.add("HEAD");
        }
    }

    /** What is not there lists as empty, as over an object store. */
    @Nested
    class OverAnObjectStore extends Served {
        @Override
        @Nullable
        Dialect dialect() {
            return null;
        }

        @Override
        void prepare() {
            server.optionsOnly = true;
        }
    }
}
