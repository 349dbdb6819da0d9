package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What reading costs, and how old what it sees may be. */
class OverlayReadTest extends OverlayFixture {

    private final OverlayTable otherTable = otherTable();

    private Store other() throws FsException {
        return new OverlayStore(memory, "memory:test", otherTable);
    }

    @Test
    void storeWithoutTimestampsIsReadAndWrittenWithoutTheDatabase() throws Exception {
        int before = database.taken();
        directory("/d");
        put("/d/f", "text");
        for (int i = 0; i < 100; i++) {
            timestamp("/d/f");
            content(store, "/d/f");
        }
        Listing listing = memory.list(path("/d"));
        Store fixed = overlay(new ForwardingStore(memory) {
            @Override
            public Listing list(FsPath directory) {
                return listing;
            }
        });
        assertThat(fixed.list(path("/d"))).isSameAs(listing);
        listing.close();
        assertThat(database.taken()).isEqualTo(before);

        time.pass(StoreTimestamps.FRESH);
        timestamp("/d/f");
        timestamp("/d/f");
        assertThat(database.taken()).isEqualTo(before + 1);
    }

    @Test
    void timestampIsLookedUpOnce() throws Exception {
        put("/f", "text", 10);
        put("/g", "text");
        int before = database.taken();
        for (int i = 0; i < 100; i++) {
            timestamp("/f");
            timestamp("/g");
        }
        assertThat(database.taken()).isEqualTo(before + 1);
    }

    @Test
    void changesOfADirectoryAreSeenBelowItAtOnce() throws Exception {
        directory("/d");
        put("/d/f", "text", 10);
        directory("/n");
        put("/n/f", "text");
        assertThat(timestamp("/d/f")).isEqualTo(10);
        assertThat(timestamp("/n/f")).isNull();
        store.remove(path("/n"), Preconditions.NONE);

        store.move(path("/d"), path("/n"), transferAt(20));
        assertThat(timestamp("/n/f")).isEqualTo(10);
        directory("/d");
        put("/d/f", "text");
        assertThat(timestamp("/d/f")).isEqualTo(20);

        store.remove(path("/n"), at(30));
        directory("/n");
        put("/n/f", "text");
        assertThat(timestamp("/n/f")).isEqualTo(30);
    }

    @Test
    void longListingIsLookedUpInBatches() throws Exception {
        directory("/d");
        int count = 2 * StampedListing.BATCH + 1;
        for (int i = 0; i < count; i++) {
            String name = "/d/%05d".formatted(i);
            if (i % 3 == 0) {
                put(name, "", i);
            } else {
                memory.write(path(name), text(""), WriteOptions.DEFAULT);
            }
        }
        int before = database.taken();
        int i = 0;
        for (Node node : all(store.list(path("/d")))) {
            assertThat(node.changeTimestamp()).isEqualTo(i % 3 == 0 ? (Long) (long) i : null);
            i++;
        }
        assertThat(i).isEqualTo(count);
        assertThat(database.taken()).isEqualTo(before + 3);
    }

    @Test
    void listingThatBreaksShowsWhatCameBefore() throws Exception {
        put("/a", "text", 10);
        put("/b", "text", 11);
        Store breaking = overlay(new ForwardingStore(memory) {
            @Override
            public Listing list(FsPath directory) throws FsException {
                Listing listing = super.list(directory);
                return new Listing() {
                    @Override
                    public @Nullable Node next() throws FsException {
                        Node node = listing.next();
                        if (node == null) {
                            throw new FsException(Kind.IO, "list", directory);
                        }
                        return node;
                    }

                    @Override
                    public void close() throws FsException {
                        listing.close();
                    }
                };
            }
        });
        try (Listing listing = breaking.list(FsPath.ROOT)) {
            assertThat(listing.next()).isEqualTo(store.stat(path("/a")));
            assertThat(listing.next()).isEqualTo(store.stat(path("/b")));
            assertThatThrownBy(listing::next).isInstanceOf(FsException.class);
            assertThatThrownBy(listing::next).isInstanceOf(FsException.class);
        }
    }

    @Test
    void anotherGatewaysTimestampIsSeenWithinSecondsAndComparedAtOnce() throws Exception {
        Store other = other();
        put("/f", "text");
        assertThat(other.stat(path("/f")).changeTimestamp()).isNull();
        put("/f", "text", 10);

        assertThat(failure(() -> other.write(path("/f"), text("late"), WriteOptions.of(at(9)))))
                .isEqualTo(Kind.STALE);
        time.pass(StoreTimestamps.FRESH);
        assertThat(other.stat(path("/f")).changeTimestamp()).isEqualTo(10);

        put("/f", "text", 11);
        time.pass(StoreTimestamps.FRESH.minus(Duration.ofMillis(1)));
        assertThat(other.stat(path("/f")).changeTimestamp()).isEqualTo(10);
        time.pass(Duration.ofMillis(1));
        assertThat(other.stat(path("/f")).changeTimestamp()).isEqualTo(11);
    }

    @Test
    void forgottenTimestampIsLookedUpAgain() throws Exception {
        Store other = other();
        put("/f", "text", 10);
        otherTable.forget("memory:test", path("/f"));
        otherTable.forget("memory:unknown", path("/f"));
        assertThat(other.stat(path("/f")).changeTimestamp()).isEqualTo(10);
        put("/f", "text", 11);
        assertThat(other.stat(path("/f")).changeTimestamp()).isEqualTo(10);
        otherTable.forget("memory:test", path("/f"));
        assertThat(other.stat(path("/f")).changeTimestamp()).isEqualTo(11);
    }

    @Test
    void storesOfOneKeyInOneProcessSeeEachOtherAtOnce() throws Exception {
        Store twin = overlay(memory);
        put("/f", "text", 10);
        assertThat(twin.stat(path("/f")).changeTimestamp()).isEqualTo(10);
        put("/f", "text", 11);
        assertThat(twin.stat(path("/f")).changeTimestamp()).isEqualTo(11);
    }

    @Test
    void storesOfDifferentKeysDoNotMix() throws Exception {
        Store stranger = new OverlayStore(memory, "memory:Test", table);
        directory("/d");
        put("/d/f", "text", 10);
        assertThat(stranger.stat(path("/d/f")).changeTimestamp()).isNull();
        stranger.write(path("/d/f"), text("text"), WriteOptions.of(at(5)));
        assertThat(timestamp("/d/f")).isEqualTo(10);
        assertThat(all(stranger.list(path("/d"))))
                .extracting(Node::changeTimestamp)
                .containsExactly(5L);
        stranger.remove(path("/d"), Preconditions.NONE);
        directory("/d");
        put("/d/f", "text");
        assertThat(timestamp("/d/f")).isEqualTo(10);
        time.pass(RETENTION);
        assertThat(table.purge()).isEqualTo(1);
    }

    @Test
    void databaseThatIsDownIsUnavailableAndChangesNothing() throws Exception {
        put("/f", "text", 10);
        database.down(true);
        assertThat(failure(() -> store.stat(path("/f")))).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure(() -> put("/f", "more", 11))).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure(() -> put("/f", "more"))).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure(() -> store.remove(path("/f"), Preconditions.NONE))).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure(() -> store.makeDirectory(path("/d"), WriteOptions.of(at(1)))))
                .isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure(() -> all(store.list(FsPath.ROOT)))).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure(table::purge)).isEqualTo(Kind.UNAVAILABLE);
        assertThat(content(memory, "/f")).isEqualTo("text");

        database.down(false);
        assertThat(timestamp("/f")).isEqualTo(10);
    }

    @Test
    void storeWithoutTimestampsIsReadWhileTheDatabaseIsDown() throws Exception {
        put("/f", "text");
        database.down(true);
        time.pass(StoreTimestamps.FRESH);
        assertThat(timestamp("/f")).isNull();
    }

    @Test
    void keyIsOneTo512Characters() throws Exception {
        String longest = "é".repeat(OverlayTable.MAX_KEY);
        Store named = new OverlayStore(memory, longest, table);
        named.write(path("/f"), text("text"), WriteOptions.of(at(1)));
        assertThat(new OverlayStore(memory, longest, otherTable)
                        .stat(path("/f"))
                        .changeTimestamp())
                .isEqualTo(1);
        assertThatThrownBy(() -> new OverlayStore(memory, longest + "x", table))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new OverlayStore(memory, "", table)).isInstanceOf(IllegalArgumentException.class);
    }
}
