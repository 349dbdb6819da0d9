package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.SpoolLimit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SortedNodesTest {

    private static final List<NodeType> TYPES = List.of(NodeType.values());

    @Test
    void nodesComeInOrderWhetherTheyFitOrNot() throws FsException {
        for (int count : new int[] {0, 1, 1000, SortedNodes.RUN, SortedNodes.RUN + 1, 3 * SortedNodes.RUN + 7}) {
            TreeMap<FsPath, Node> expected = new TreeMap<>();
            Random random = new Random(count);
            try (SortedNodes nodes = new SortedNodes("list", FsPath.ROOT)) {
                for (int i = 0; i < count; i++) {
                    String name = random.nextInt(1_000_000) + (i % 3 == 0 ? "é😀" : "\uFF5E") + i;
                    Node node = node(FsPath.ROOT.child(name), random);
                    expected.put(node.path(), node);
                    nodes.add(node);
                }
                // Not element by element: that takes a minute.
                assertThat(drain(nodes.sort()).equals(new ArrayList<>(expected.values())))
                        .as("%s nodes", count)
                        .isTrue();
            }
        }
    }

    @Test
    void whatDoesNotFitTakesRoomThatIsLimited() throws FsException {
        try (SpoolLimit limit = new SpoolLimit(100_000)) {
            try (SortedNodes nodes = new SortedNodes("list", FsPath.ROOT, 100)) {
                // Given
                Random random = new Random(1);
                // When
                SpoolLimit.assertNoRoomFor(() -> {
                    for (int i = 0; i < 100_000; i++) {
                        nodes.add(node(FsPath.ROOT.child("name-" + i), random));
                    }
                });
                // Then
                assertThat(limit.taken()).isPositive();
            }
            assertThat(limit.taken()).isZero();
        }
    }

    @Test
    void whatWasAddedTwiceComesOnce() throws FsException {
        for (int count : new int[] {10, 20_000}) {
            try (SortedNodes nodes = new SortedNodes("list", FsPath.ROOT, 100)) {
                Random random = new Random(count);
                for (int i = 0; i < 2 * count; i++) {
                    nodes.add(node(FsPath.ROOT.child("name-" + i % count), random));
                }
                assertThat(drain(nodes.sort())).hasSize(count);
            }
        }
    }

    private static Node node(FsPath path, Random random) {
        NodeType type = TYPES.get(random.nextInt(TYPES.size()));
        boolean bare = random.nextBoolean();
        return new Node(
                path,
                type,
                new Mode(random.nextInt(010000)),
                random.nextLong() & Long.MAX_VALUE,
                Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)),
                new Owner(random.nextInt() & 0xffff_fffeL, 0xffff_fffeL),
                bare ? null : "etag" + random.nextInt(),
                bare ? null : "text/é",
                bare ? null : random.nextLong());
    }

    private static List<Node> drain(Listing nodes) throws FsException {
        List<Node> all = new ArrayList<>();
        for (@Nullable Node node = nodes.next(); node != null; node = nodes.next()) {
            all.add(node);
        }
        return all;
    }
}
