package dev.packhorse.policy.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.ForwardingStoreTest;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is answered from memory, for how long, and what is forgotten. */
@Timeout(120)
class CacheStoreTest extends CacheFixture {

    @Test
    void everyOperationIsOverridden() {
        ForwardingStoreTest.assertOverridesEveryOperation(CacheStore.class);
    }

    @Test
    void aNodeIsAskedForOncePerTtl() throws Exception {
        cache = cache(quiet());
        Node node = put(memory, "/a", "hay");
        assertThat(cache.stat(path("/a"))).isEqualTo(node);
        pass(TTL.minusNanos(1));
        assertThat(cache.stat(path("/a"))).isEqualTo(node);
        assertThat(asked("stat /a")).isEqualTo(1);
        assertThat(cache.hits()).isEqualTo(1);
        assertThat(cache.misses()).isEqualTo(1);

        Node next = put(memory, "/a", "oats");
        pass(Duration.ofNanos(1));
        assertThat(cache.stat(path("/a"))).isEqualTo(next);
        assertThat(cache.bytes()).isPositive();
    }

    @Test
    void absenceIsKeptForItsOwnTime() throws Exception {
        cache = cache(quiet());
        assertThat(failure(() -> cache.stat(path("/a")))).isEqualTo(Kind.NOT_FOUND);
        pass(Duration.ofSeconds(9));
        assertThat(failure(() -> cache.stat(path("/a")))).isEqualTo(Kind.NOT_FOUND);
        assertThat(failure(() -> cache.list(path("/a")))).isEqualTo(Kind.NOT_FOUND);
        assertThat(failure(() -> cache.stat(path("/a/b/c")))).isEqualTo(Kind.NOT_FOUND);
        assertThat(asked.operations()).containsExactly("stat /a");
        put(memory, "/a", "hay");
        pass(Duration.ofSeconds(1));
        assertThat(cache.stat(path("/a")).size()).isEqualTo(3);
    }

    @Test
    void onlyNotFoundIsKept() throws Exception {
        cache = cache(quiet());
        put(memory, "/a", "hay");
        for (Kind kind : new Kind[] {Kind.UNAVAILABLE, Kind.TIMEOUT, Kind.IO, Kind.PERMISSION_DENIED, Kind.BUSY}) {
            faulty.fail("stat", kind);
            assertThat(failure(() -> cache.stat(path("/a")))).isEqualTo(kind);
        }
        faulty.mend();
        assertThat(cache.stat(path("/a")).size()).isEqualTo(3);
    }

    @Test
    void aListingAnswersForItselfItsChildrenAndTheNamesThatItDoesNotHave() throws Exception {
        cache = cache(quiet());
        for (String name : new String[] {"/b", "/a", "/c", "/a-b"}) {
            put(memory, name, name);
        }
        directory(memory, "/d");
        var nodes = all(memory.list(FsPath.ROOT));
        assertThat(all(cache.list(FsPath.ROOT))).isEqualTo(nodes);
        assertThat(asked.open()).isZero();
        assertThat(all(cache.list(FsPath.ROOT))).isEqualTo(nodes);
        for (Node node : nodes) {
            assertThat(cache.stat(node.path())).isEqualTo(node);
        }
        assertThat(failure(() -> cache.stat(path("/bb")))).isEqualTo(Kind.NOT_FOUND);
        assertThat(failure(() -> cache.list(path("/bb")))).isEqualTo(Kind.NOT_FOUND);
        assertThat(asked.operations()).containsExactly("list /");
    }

    @Test
    void aWalkFillsTheListingsOfItsDirectories() throws Exception {
        cache = cache(quiet());
        directory(memory, "/a");
        put(memory, "/a-b", "");
        directory(memory, "/a/d");
        put(memory, "/a/d/x", "");
        directory(memory, "/e");
        var walked = all(memory.walk(FsPath.ROOT));
        assertThat(all(cache.walk(FsPath.ROOT))).isEqualTo(walked);
        assertThat(all(cache.list(path("/a")))).isEqualTo(all(memory.list(path("/a"))));
        assertThat(all(cache.list(path("/e")))).isEmpty();
        assertThat(failure(() -> cache.stat(path("/a/none")))).isEqualTo(Kind.NOT_FOUND);
        assertThat(all(cache.walk(FsPath.ROOT))).isEqualTo(walked);
        assertThat(all(cache.walk(path("/a")))).isEqualTo(all(memory.walk(path("/a"))));
        assertThat(asked.operations()).containsExactly("walk /");
    }

    @Test
    void aListingInAMuddledOrderIsHandedOnAndNotBelieved() throws Exception {
        put(memory, "/a", "");
        put(memory, "/b", "");
        Store muddled = new ForwardingStore(memory) {
            @Override
            public Listing list(FsPath directory) throws FsException {
                List<Node> nodes = new ArrayList<>(all(super.list(directory)));
                Collections.reverse(nodes);
                return new KeptListing(nodes);
            }
        };
        try (CacheStore over = new CacheStore(muddled, quiet())) {
            assertThat(all(over.list(FsPath.ROOT))).hasSize(2);
            assertThat(over.stat(path("/a")).isFile()).isTrue();
            assertThat(over.stat(path("/b")).isFile()).isTrue();
        }
    }

    @Test
    void aListingThatIsBrokenOffOrFailsIsNotKept() throws Exception {
        cache = cache(quiet());
        for (int i = 0; i < 10; i++) {
            put(memory, "/" + i, "");
        }
        faulty.breakListingsAfter(5);
        assertThat(failure(() -> all(cache.list(FsPath.ROOT)))).isEqualTo(Kind.IO);
        assertThat(failure(() -> all(cache.walk(FsPath.ROOT)))).isEqualTo(Kind.IO);
        faulty.mend();
        try (Listing walk = cache.walk(FsPath.ROOT)) {
            assertThat(walk.next()).isNotNull();
        }
        assertThat(asked.open()).isZero();
        assertThat(all(cache.list(FsPath.ROOT))).hasSize(10);
        assertThat(asked("list /")).isEqualTo(2);
    }

    @Test
    void aLargeListingPassesAndItsNodesAreKept() throws Exception {
        cache = cache(new CacheStore.Options(TTL, TTL, TTL, Duration.ZERO, Duration.ZERO, 100_000, 400_000));
        for (int i = 0; i < 300; i++) {
            put(memory, "/" + i, "");
        }
        var nodes = all(memory.list(FsPath.ROOT));
        assertThat(all(cache.list(FsPath.ROOT))).isEqualTo(nodes);
        assertThat(all(cache.list(FsPath.ROOT))).isEqualTo(nodes);
        assertThat(asked("list /")).isEqualTo(2);
        assertThat(cache.stat(path("/299"))).isEqualTo(memory.stat(path("/299")));
        assertThat(failure(() -> cache.stat(path("/none")))).isEqualTo(Kind.NOT_FOUND);
        assertThat(asked.operations()).contains("stat /none").doesNotContain("stat /299");
        try (Listing first = cache.list(FsPath.ROOT)) {
            assertThat(first.next()).isEqualTo(nodes.get(0));
        }
        assertThat(asked.open()).isZero();
    }

    @Test
    void whatIsKeptIsBoundedInBytesAndInNodes() throws Exception {
        for (int i = 0; i < 2000; i++) {
            put(memory, "/" + i, "");
        }
        for (CacheStore.Options options : new CacheStore.Options[] {
            new CacheStore.Options(TTL, TTL, TTL, Duration.ZERO, Duration.ZERO, 100_000, 100_000),
            new CacheStore.Options(TTL, TTL, TTL, Duration.ZERO, Duration.ZERO, 50, 10_000_000)
        }) {
            CacheStore small = cache(options);
            for (int i = 0; i < 2000; i++) {
                assertThat(small.stat(path("/" + i)).size()).isZero();
            }
            assertThat(small.bytes()).isBetween(1L, options.maxBytes());
            long before = small.misses();
            for (int i = 0; i < 2000; i++) {
                small.stat(path("/" + i));
            }
            assertThat(small.misses() - before).isGreaterThan(1500);
        }
    }

    @Test
    void readingRefreshesTheNodeAndForgetsAListingThatSaysOtherwise() throws Exception {
        cache = cache(quiet());
        put(memory, "/a", "hay");
        assertThat(all(cache.list(FsPath.ROOT))).hasSize(1);
        pass(Duration.ofSeconds(1));
        cache.read(path("/a")).close();
        all(cache.list(FsPath.ROOT));
        assertThat(asked("list /")).isEqualTo(1);

        Node next = put(memory, "/a", "oats");
        try (Content content = cache.read(path("/a"))) {
            assertThat(content.node()).isEqualTo(next);
        }
        assertThat(cache.stat(path("/a"))).isEqualTo(next);
        assertThat(all(cache.list(FsPath.ROOT))).containsExactly(next);
        assertThat(asked.operations()).containsExactly("list /", "read /a", "read /a", "list /");

        memory.remove(path("/a"), Preconditions.NONE);
        pass(Duration.ofSeconds(1));
        assertThat(failure(() -> cache.read(path("/a")))).isEqualTo(Kind.NOT_FOUND);
        assertThat(failure(() -> cache.stat(path("/a")))).isEqualTo(Kind.NOT_FOUND);
        assertThat(all(cache.list(FsPath.ROOT))).isEmpty();
    }

    @Test
    void whatIsInUseIsRefreshedBeforeItIsOld() throws Exception {
        put(memory, "/a", "hay");
        cache.stat(path("/a"));
        pass(TTL.dividedBy(2).minusNanos(1));
        cache.stat(path("/a"));
        assertThat(asked("stat /a")).isEqualTo(1);
        Node next = put(memory, "/a", "oats");
        pass(Duration.ofNanos(1));
        cache.stat(path("/a"));
        Awaitility.await().until(() -> cache.stat(path("/a")).equals(next));
        pass(TTL.dividedBy(2).plusSeconds(1));
        assertThat(cache.stat(path("/a"))).isEqualTo(next);
        assertThat(cache.misses()).isEqualTo(1);
    }

    @Test
    void childrenAreRefreshedTogether() throws Exception {
        for (int i = 0; i < 100; i++) {
            put(memory, "/" + i, "");
        }
        all(cache.list(FsPath.ROOT));
        Node next = put(memory, "/7", "oats");
        pass(TTL.dividedBy(2));
        for (int i = 0; i < 100; i++) {
            cache.stat(path("/" + i));
        }
        Awaitility.await().until(() -> cache.stat(path("/7")).equals(next));
        assertThat(asked.operations()).containsOnly("list /");
    }

    @Test
    void staleAnswersComeAtOnceAndAreRevalidated() throws Exception {
        cache = cache(stale(Duration.ofSeconds(30), Duration.ZERO));
        Node old = put(memory, "/a", "hay");
        cache.stat(path("/a"));
        all(cache.list(FsPath.ROOT));
        Node next = put(memory, "/a", "oats");
        pass(Duration.ofSeconds(59));
        assertThat(cache.stat(path("/a"))).isEqualTo(old);
        Awaitility.await().until(() -> cache.stat(path("/a")).equals(next));
        Awaitility.await().until(() -> all(cache.list(FsPath.ROOT)).get(0).equals(next));
        memory.remove(path("/a"), Preconditions.NONE);
        pass(Duration.ofSeconds(60));
        assertThat(failure(() -> cache.stat(path("/a")))).isEqualTo(Kind.NOT_FOUND);
    }

    @Test
    void aStoreThatIsDownLeavesWhatIsKnown() throws Exception {
        cache = cache(stale(Duration.ZERO, Duration.ofMinutes(5)));
        Node node = put(memory, "/a", "hay");
        cache.stat(path("/a"));
        all(cache.list(FsPath.ROOT));
        pass(TTL.plusMinutes(5).minusNanos(1));
        for (Kind kind : new Kind[] {Kind.UNAVAILABLE, Kind.TIMEOUT, Kind.IO}) {
            faulty.fail("stat", kind);
            faulty.fail("list", kind);
            assertThat(cache.stat(path("/a"))).isEqualTo(node);
            assertThat(all(cache.list(FsPath.ROOT))).containsExactly(node);
            // Nobody knows what has become of the rest.
            assertThat(failure(() -> cache.stat(path("/none")))).isEqualTo(kind);
        }
        faulty.fail("stat", Kind.PERMISSION_DENIED);
        assertThat(failure(() -> cache.stat(path("/a")))).isEqualTo(Kind.PERMISSION_DENIED);
        faulty.fail("stat", Kind.UNAVAILABLE);
        pass(Duration.ofNanos(1));
        assertThat(failure(() -> cache.stat(path("/a")))).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void everyChangeIsSeenAtOnce() throws Exception {
        directory(cache, "/d");
        directory(cache, "/d/e");
        put(cache, "/d/e/a", "hay");
        warm();
        put(cache, "/d/e/a", "oats");
        same();
        put(cache, "/d/e/b", "hay");
        same();
        cache.change(path("/d/e"), new AttributeChange(new Mode(0700), null, null, null), Preconditions.NONE);
        same();
        cache.link(path("/d/l"), "e", WriteOptions.DEFAULT);
        same();
        cache.copy(path("/d"), path("/f"), TransferOptions.OVERWRITE);
        same();
        cache.move(path("/d/e"), path("/f/g"), TransferOptions.OVERWRITE);
        same();
        cache.remove(path("/f"), Preconditions.NONE);
        same();
    }

    private void warm() throws Exception {
        for (String each :
                new String[] {"/", "/d", "/d/e", "/d/e/a", "/d/e/b", "/d/e/none", "/f", "/f/g", "/f/g/a", "/d/l"}) {
            for (int i = 0; i < 2; i++) {
                try {
                    cache.stat(path(each));
                    all(cache.list(path(each)));
                } catch (FsException e) {
                    // Absent, or no directory: known as well.
                }
            }
        }
    }

    private void same() throws Exception {
        assertThat(all(cache.walk(FsPath.ROOT))).isEqualTo(all(memory.walk(FsPath.ROOT)));
        for (String each :
                new String[] {"/", "/d", "/d/e", "/d/e/a", "/d/e/b", "/d/e/none", "/f", "/f/g", "/f/g/a", "/d/l"}) {
            Oracle.assertSame(cache, memory, path(each));
        }
        warm();
    }

    @Test
    void aFailedChangeForgetsToo() throws Exception {
        cache = cache(quiet());
        put(memory, "/a", "hay");
        for (Kind kind : new Kind[] {Kind.UNAVAILABLE, Kind.TIMEOUT, Kind.IO, Kind.PRECONDITION_FAILED}) {
            cache.stat(path("/a"));
            all(cache.list(FsPath.ROOT));
            Node next = put(memory, "/a", kind.toString());
            faulty.fail("write", kind);
            assertThat(failure(() -> put(cache, "/a", "oats"))).isEqualTo(kind);
            assertThat(cache.stat(path("/a"))).isEqualTo(next);
            assertThat(all(cache.list(FsPath.ROOT))).containsExactly(next);
        }
    }

    @Test
    void aSecondNameOfAPathShowsItsChanges() throws Exception {
        directory(memory, "/d");
        directory(memory, "/d/e");
        put(memory, "/d/e/a", "hay");
        memory.link(path("/l"), "d/e", WriteOptions.DEFAULT);
        for (int round = 0; round < 3; round++) {
            all(cache.walk(FsPath.ROOT));
            cache.stat(path("/l/a"));
            put(cache, "/l/a", "oats" + round);
            Oracle.assertSame(cache, memory, path("/d/e/a"));
            put(cache, "/d/e/a", "straw" + round);
            Oracle.assertSame(cache, memory, path("/l/a"));
            put(cache, "/l/" + round, "new");
            assertThat(all(cache.list(path("/d/e")))).isEqualTo(all(memory.list(path("/d/e"))));
        }
    }

    @Test
    void aDeepPathIsKeptOnceTheDirectoriesAboveAreKnown() throws Exception {
        cache = cache(quiet());
        directory(memory, "/a");
        directory(memory, "/a/b");
        put(memory, "/a/b/c", "hay");
        cache.stat(path("/a/b/c"));
        Awaitility.await()
                .until(() ->
                        asked("stat /a/b") == 1 && cache.stat(path("/a/b/c")).isFile());
        Awaitility.await().until(() -> {
            long before = asked("stat /a/b/c");
            cache.stat(path("/a/b/c"));
            return asked("stat /a/b/c") == before;
        });
        assertThat(asked("stat /a")).isEqualTo(1);
    }

    @Test
    void aPathThatWasChangedElsewhereCanBeForgotten() throws Exception {
        cache = cache(quiet());
        directory(memory, "/d");
        put(memory, "/d/a", "hay");
        all(cache.walk(FsPath.ROOT));
        memory.remove(path("/d/a"), Preconditions.NONE);
        cache.forget(path("/d/a"));
        assertThat(failure(() -> cache.stat(path("/d/a")))).isEqualTo(Kind.NOT_FOUND);
        assertThat(all(cache.list(path("/d")))).isEmpty();
        assertThat(cache.stat(path("/d"))).isEqualTo(memory.stat(path("/d")));
        assertThat(all(cache.list(FsPath.ROOT))).isEqualTo(all(memory.list(FsPath.ROOT)));
    }

    @Test
    void theThreadsGoWithTheStore() throws Exception {
        put(memory, "/a", "hay");
        cache.stat(path("/a"));
        pass(TTL.dividedBy(2));
        var stall = faulty.stall("stat");
        cache.stat(path("/a"));
        stall.awaitArrival();
        cache.close();
        Awaitility.await()
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("cache-refresh")));
        assertThat(failure(() -> cache.stat(path("/a")))).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> CacheStore.Options.of(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CacheStore.Options.of(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CacheStore.Options(TTL, TTL, TTL, TTL, TTL, 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
