package dev.packhorse.store.s3;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class S3StoreTest extends StoreContract {

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static S3Server server;

    @BeforeAll
    static void startTheServer() throws Exception {
        server = S3Server.start(folder);
    }

    @AfterAll
    static void stopTheServer() throws Exception {
        server.close();
    }

    @Override
    protected Store create() throws Exception {
        return S3Store.open(server.bucket(), "some/prefix", options(server));
    }

    S3Options options(S3Server of) {
        return of.options();
    }

    /** S3 tags what it keeps, not when. */
    @Override
    protected boolean tellsEqualContentsApart() {
        return false;
    }

    /** S3 sorts keys by their UTF-8, S3Proxy by their UTF-16; {@link OrderedTest} has what differs. */
    @Override
    protected boolean holds(String name) {
        return !name.equals("😀");
    }
}
