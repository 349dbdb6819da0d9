package dev.packhorse.gateway;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.route.Location;
import dev.packhorse.route.Options;
import dev.packhorse.route.StoreOpener;
import dev.packhorse.store.local.LocalStore;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** The stores that there are, by scheme. */
final class Stores {

    /**
     * Not what is layered upon them: archives have an index of their own. Nor jsonfs, which believes its server for a second, as its
     * document says; a cache over it would make that longer.
     */
    private static final Pattern CACHED = Pattern.compile(
            "(sftp|replay|s3|gs|(httpfs|openhands)\\+https?):|vfs:(?!file:|ram:|tmp:|res:|(zip|jar|tar|tgz|tbz2|gz|bz2):)");

    private Stores() {}

    /**
     * What opens them.
     *
     * @param temp the folder in which stores keep what does not fit into memory
     * @param process what no other process has at the same time, and this one has again after a restart
     */
    static Map<String, StoreOpener> openers(Path temp, String process) {
        RemoteStores remote = new RemoteStores(temp, process);
        ObjectStores objects = new ObjectStores(temp, System.getenv());
        WebStores web = new WebStores(temp);
        return Map.ofEntries(
                entry("file", Stores::local),
                entry("memory", Stores::memory),
                entry("sftp", RemoteStores::sftp),
                entry("vfs", remote::vfs),
                entry("replay", remote::replay),
                entry("s3", objects::s3),
                entry("gs", objects::gcs),
                entry("httpfs+http", WebStores::httpfs),
                entry("httpfs+https", WebStores::httpfs),
                entry("openhands+http", web::openhands),
                entry("openhands+https", web::openhands),
                entry("jsonfs+http", web::jsonfs),
                entry("jsonfs+https", web::jsonfs));
    }

    private static Map.Entry<String, StoreOpener> entry(String scheme, StoreOpener opener) {
        return Map.entry(scheme, opener);
    }

    /** {@code file:///absolute} or {@code file:relative}. */
    private static Store local(String location, Options options) throws FsException {
        Path root = Path.of(Location.path(location));
        boolean create = options.flag("create", false);
        LocalStore.Options local =
                new LocalStore.Options(options.choice("durable", LocalStore.Options.DEFAULT.durable()));
        if (create) {
            try {
                Files.createDirectories(root);
            } catch (IOException e) {
                throw new IllegalArgumentException("cannot create folder " + root.toAbsolutePath(), e);
            }
        }
        if (!Files.isDirectory(root)) {
            throw new IllegalArgumentException("there is no folder " + root.toAbsolutePath());
        }
        return LocalStore.open(root, local);
    }

    private static Store memory(String location, Options options) {
        return new MemoryStore(options.size("size", 64L << 20));
    }

    /** Whether a location is cached where nobody has said: the way to it is long, and its store does not do that itself. */
    static boolean isCached(String location) {
        return CACHED.matcher(location).lookingAt();
    }

    /** Whether what a location holds ends with the process. */
    static boolean startsEmpty(String location) {
        return location.startsWith("memory:") || location.startsWith("vfs:ram:") || location.startsWith("vfs:tmp:");
    }
}
