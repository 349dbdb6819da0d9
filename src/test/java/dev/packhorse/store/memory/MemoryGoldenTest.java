package dev.packhorse.store.memory;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.Store;

class MemoryGoldenTest extends GoldenSessions {

    @Override
    protected Store create() {
        return new MemoryStore(1 << 20);
    }
}
