package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.store.memory.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TreesTest {

    private static final List<String> NAMES =
            List.of("a", "a-b", "a.d", "a b", "b", "é", "\uD7FF", "\uE000", "\uFF5E", "😀", "a😀", "a\uE000", "0", "~");

    @Test
    void aWalkIsInTheOrderOfFullPathsInUtf8() throws FsException {
        for (int seed = 0; seed < 50; seed++) {
            try (RecordingStore store = new RecordingStore(new MemoryStore(1 << 22))) {
                List<String> paths = grow(store, new Random(seed));
                paths.sort((a, b) ->
                        Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));
                assertThat(walk(store)).as("seed %s", seed).containsExactlyElementsOf(paths);
                assertThat(store.open()).isZero();
            }
        }
    }

    private static List<String> grow(Store store, Random random) throws FsException {
        List<FsPath> directories = new ArrayList<>(List.of(FsPath.ROOT));
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            FsPath path =
                    directories.get(random.nextInt(directories.size())).child(NAMES.get(random.nextInt(NAMES.size())));
            if (!paths.contains(path.toString())) {
                paths.add(path.toString());
                if (random.nextBoolean()) {
                    store.makeDirectory(path, WriteOptions.DEFAULT);
                    directories.add(path);
                } else {
                    store.write(path, Body.of(new byte[0]), WriteOptions.DEFAULT);
                }
            }
        }
        return paths;
    }

    @Test
    void aDirectoryThatVanishesHasNoChildren() throws FsException {
        try (RecordingStore store = new RecordingStore(new MemoryStore(1 << 20))) {
            store.makeDirectory(FsPath.parse("/a"), WriteOptions.DEFAULT);
            store.write(FsPath.parse("/a/x"), Body.of(new byte[0]), WriteOptions.DEFAULT);
            store.write(FsPath.parse("/b"), Body.of(new byte[0]), WriteOptions.DEFAULT);
            try (Listing walk = Trees.walk(store, FsPath.ROOT)) {
                Node first = walk.next();
                assertThat(first == null ? null : first.path()).isEqualTo(FsPath.parse("/a"));
                store.remove(FsPath.parse("/a"), Preconditions.NONE);
                Node second = walk.next();
                assertThat(second == null ? null : second.path()).isEqualTo(FsPath.parse("/b"));
                assertThat(walk.next()).isNull();
            }
            assertThat(store.open()).isZero();
        }
    }

    @Test
    void aWalkThatIsClosedEarlyClosesItsListings() throws FsException {
        try (RecordingStore store = new RecordingStore(new MemoryStore(1 << 20))) {
            store.makeDirectory(FsPath.parse("/a"), WriteOptions.DEFAULT);
            store.makeDirectory(FsPath.parse("/a/b"), WriteOptions.DEFAULT);
            try (Listing walk = Trees.walk(store, FsPath.ROOT)) {
                assertThat(walk.next()).isNotNull();
                assertThat(walk.next()).isNotNull();
                assertThat(store.open()).isPositive();
            }
            assertThat(store.open()).isZero();
        }
    }

    private static List<String> walk(Store store) throws FsException {
        List<String> paths = new ArrayList<>();
        try (Listing walk = Trees.walk(store, FsPath.ROOT)) {
            for (Node node = walk.next(); node != null; node = walk.next()) {
                paths.add(node.path().toString());
            }
        }
        return paths;
    }
}
