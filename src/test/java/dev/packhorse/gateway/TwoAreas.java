package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.util.ArrayList;
import java.util.List;

/** A store with two directories that are alike, {@code /open} and {@code /shut}, for rules that differ between them. */
final class TwoAreas {

    static final List<String> NAMES = List.of("open", "shut");

    private final MemoryStore memory = new MemoryStore(8 << 20);

    MemoryStore store() {
        return memory;
    }

    /** Makes it as it was at first: in each area {@code file} and {@code dir/inner}, whose content says where it is. */
    void restore() throws FsException {
        List<FsPath> old = new ArrayList<>();
        try (Listing all = memory.list(FsPath.ROOT)) {
            for (Node node = all.next(); node != null; node = all.next()) {
                old.add(node.path());
            }
        }
        for (FsPath each : old) {
            memory.remove(each, Preconditions.NONE);
        }
        for (String area : NAMES) {
            memory.makeDirectory(FsPath.parse("/" + area), WriteOptions.DEFAULT);
            memory.makeDirectory(FsPath.parse("/" + area + "/dir"), WriteOptions.DEFAULT);
            for (String file : List.of("/file", "/dir/inner")) {
                Body body = Body.of(("the content of /" + area + file).getBytes(UTF_8));
                memory.write(FsPath.parse("/" + area + file), body, WriteOptions.DEFAULT);
            }
        }
    }

    /** Everything there is. */
    List<Node> all() throws FsException {
        List<Node> nodes = new ArrayList<>();
        try (Listing all = memory.walk(FsPath.ROOT)) {
            for (Node node = all.next(); node != null; node = all.next()) {
                nodes.add(node);
            }
        }
        return nodes;
    }
}
