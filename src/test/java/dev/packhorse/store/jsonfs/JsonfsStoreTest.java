package dev.packhorse.store.jsonfs;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The contract over a real socket: as the store is, and with somebody who makes what it reads. */
class JsonfsStoreTest {

    abstract static class Served extends StoreContract {

        @TempDir
        @SuppressWarnings("NullAway.Init")
        Path temp;

        @SuppressWarnings("NullAway.Init")
        JsonfsServer server;

        @AfterEach
        void stop() {
            server.close();
        }

        abstract boolean strict();

        /** What its client cannot ask for is not in the listings of our front. */
        @Override
        protected boolean holds(String name) {
            return !name.matches(".*[%?#].*");
        }

        @Override
        protected Store create() throws Exception {
            server = new JsonfsServer(strict());
            return new Made(
                    new JsonfsStore(
                            server.base(),
                            JsonfsServer.options(temp),
                            Duration.ZERO,
                            System::nanoTime,
                            InstantSource.system()),
                    server.files);
        }
    }

    /** Ranges are ignored, so they are cut here. */
    @Nested
    class OfAStrictServer extends Served {
        @Override
        boolean strict() {
            return true;
        }
    }

    @Nested
    class OfAServerWithRanges extends Served {
        @Override
        boolean strict() {
            return false;
        }
    }

    @Nested
    class ForReadingOnly extends StoreContract {

        @TempDir
        @SuppressWarnings("NullAway.Init")
        Path temp;

        @SuppressWarnings("NullAway.Init")
        JsonfsServer server;

        @AfterEach
        void stop() {
            server.close();
        }

        @Override
        protected Store create() throws Exception {
            server = new JsonfsServer(true);
            return JsonfsStore.open(server.base(), JsonfsServer.options(temp));
        }
    }

    /** Reads by the protocol, and changes what is behind the server. */
    private static final class Made extends ForwardingStore {

        private final Store behind;
        private final Capabilities capabilities;

        Made(Store client, Store behind) {
            super(client);
            this.behind = behind;
            this.capabilities = new Capabilities(
                    Set.of(Capability.WRITE, Capability.MODE, Capability.MODIFIED),
                    client.capabilities().timePrecision());
        }

        private void require(String operation, FsPath path, AttributeChange change, Preconditions preconditions)
                throws FsException {
            change.require(capabilities, operation, path);
            if (preconditions.changeTimestamp() != null) {
                throw new FsException(Kind.UNSUPPORTED, operation, path);
            }
        }

        @Override
        public Capabilities capabilities() {
            return capabilities;
        }

        @Override
        public Node stat(FsPath path) throws FsException {
            return delegate().stat(path);
        }

        @Override
        public Listing list(FsPath directory) throws FsException {
            return delegate().list(directory);
        }

        @Override
        public Listing walk(FsPath directory) throws FsException {
            return delegate().walk(directory);
        }

        @Override
        public Content read(FsPath path) throws FsException {
            return delegate().read(path);
        }

        @Override
        public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
            require("write", path, options.attributes(), options.preconditions());
            return seen(behind.write(path, body, options));
        }

        @Override
        public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
            require("makeDirectory", path, options.attributes(), options.preconditions());
            return seen(behind.makeDirectory(path, options));
        }

        @Override
        public Node link(FsPath path, String target, WriteOptions options) throws FsException {
            throw new FsException(Kind.UNSUPPORTED, "link", path);
        }

        @Override
        public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
            require("change", path, change, preconditions);
            return seen(behind.change(path, change, preconditions));
        }

        @Override
        public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
            require("copy", source, AttributeChange.NONE, options.preconditions());
            return seen(behind.copy(source, target, options));
        }

        @Override
        public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
            require("move", source, AttributeChange.NONE, options.preconditions());
            return seen(behind.move(source, target, options));
        }

        @Override
        public void remove(FsPath path, Preconditions preconditions) throws FsException {
            require("remove", path, AttributeChange.NONE, preconditions);
            behind.remove(path, preconditions);
        }

        @Override
        public Space space() throws FsException {
            throw new FsException(Kind.UNSUPPORTED, "space", FsPath.ROOT);
        }

        private Node seen(Node made) throws FsException {
            return delegate().stat(made.path());
        }

        @Override
        public void close() throws FsException {
            delegate().close();
        }
    }
}
