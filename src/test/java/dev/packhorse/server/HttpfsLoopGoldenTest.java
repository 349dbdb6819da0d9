package dev.packhorse.server;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.store.httpfs.HttpfsOptions;
import dev.packhorse.store.httpfs.HttpfsStore;
import dev.packhorse.store.memory.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A chain of two: the front over our own client over the front, byte for byte as one alone. */
class HttpfsLoopGoldenTest extends GoldenSessions {

    private final List<HttpfsServer> servers = new ArrayList<>();

    @Override
    protected Store create() throws Exception {
        HttpfsServer server = new HttpfsServer(new MemoryStore(64L << 20));
        servers.add(server);
        return HttpfsStore.open(server.base(), HttpfsOptions.DEFAULT);
    }

    @AfterEach
    void stop() throws FsException {
        for (HttpfsServer server : servers) {
            server.close();
        }
    }
}
