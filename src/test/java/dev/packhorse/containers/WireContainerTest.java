package dev.packhorse.containers;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP Filesystem front over a remote store, with the overlay and without. */
@WithContainers
abstract class WireContainerTest extends GoldenSessions {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path temp;

    abstract Remote remote();

    @Override
    protected Store create() throws Exception {
        return remote().fresh(temp);
    }
}
