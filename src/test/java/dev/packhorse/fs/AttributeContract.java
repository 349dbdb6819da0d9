package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept of a node beside its content: permissions, times, owners, media types, ETags. */
abstract class AttributeContract extends ContentContract {

    @Test
    void replacingAFileKeepsItsMetadata() throws IOException {
        writable();
        has(Capability.MODE);
        write("/a", "old", mode(0640));
        assertThat(write("/a", "new").mode()).isEqualTo(new Mode(0640));
        assertThat(write("/a", "new", mode(0600)).mode()).isEqualTo(new Mode(0600));
    }

    @Test
    void newNodesHaveDefaultPermissions() throws IOException {
        writable();
        has(Capability.MODE);
        assertThat(write("/a", "").mode()).isEqualTo(Mode.FILE_DEFAULT);
        assertThat(directory("/d").mode()).isEqualTo(Mode.DIRECTORY_DEFAULT);
    }

    @Test
    void allPermissionsAreKept() throws IOException {
        writable();
        has(Capability.MODE);
        for (int permissions : new int[] {0, 0400, 0777, 04755, 02755, 01777, 07777}) {
            if (!keeps(new Mode(permissions))) {
                continue;
            }
            write("/a", "x", mode(permissions));
            assertThat(store.stat(path("/a")).mode()).isEqualTo(new Mode(permissions));
            store.change(path("/a"), mode(0644), Preconditions.NONE);
            assertThat(store.change(path("/a"), mode(permissions), Preconditions.NONE)
                            .mode())
                    .isEqualTo(new Mode(permissions));
            assertThat(store.makeDirectory(path("/d"), WriteOptions.of(mode(permissions)))
                            .mode())
                    .isEqualTo(new Mode(permissions));
            assertThat(store.stat(path("/d")).mode()).isEqualTo(new Mode(permissions));
        }
        store.change(path("/d"), mode(0755), Preconditions.NONE);
    }

    @Test
    void timesAreKept() throws IOException {
        writable();
        has(Capability.MODIFIED);
        for (String text : List.of("2001-02-03T04:05:06Z", "2024-02-29T23:59:58.123456Z", "1970-01-01T00:00:00Z")) {
            Instant time = Instant.parse(text);
            write("/a", "x", modified(time));
            assertTime(store.stat(path("/a")), time);
            write("/b", "x");
            assertTime(store.change(path("/b"), modified(time), Preconditions.NONE), time);
            assertTime(store.stat(path("/b")), time);
            store.makeDirectory(path("/d"), WriteOptions.of(modified(time)));
            assertTime(store.stat(path("/d")), time);
        }
    }

    @Test
    void aNewFileIsYoungOrOfAnAgeThatNobodyKnows() throws IOException {
        writable();
        Instant before = Instant.now().minusSeconds(2);
        Instant modified = write("/a", "x").modified();
        if (!modified.equals(Instant.EPOCH)) {
            assertThat(modified).isBetween(before, Instant.now().plusSeconds(2));
        }
    }

    @Test
    void ownersAreKept() throws IOException {
        writable();
        has(Capability.OWNER);
        Owner owner = new Owner(1234, 4_000_000_000L);
        AttributeChange change = new AttributeChange(new Mode(06755), null, owner, null);
        assertThat(write("/a", "x", change).owner()).isEqualTo(owner);
        assertThat(store.stat(path("/a")).mode()).isEqualTo(new Mode(06755));
        assertThat(write("/a", "y").owner()).isEqualTo(owner);
        assertThat(store.makeDirectory(path("/d"), WriteOptions.of(change)).owner())
                .isEqualTo(owner);
        Node changed = store.change(path("/a"), new AttributeChange(null, null, Owner.ROOT, null), Preconditions.NONE);
        assertThat(changed.owner()).isEqualTo(Owner.ROOT);
        assertThat(store.stat(path("/a"))).isEqualTo(changed);
        assertThat(changed.mode()).isEqualTo(new Mode(06755));
    }

    @Test
    void mediaTypesAreKept() throws IOException {
        writable();
        has(Capability.MEDIA_TYPE);
        AttributeChange change = new AttributeChange(null, null, null, "text/x-verse");
        assertThat(write("/a", "x", change).mediaType()).isEqualTo("text/x-verse");
        assertThat(write("/a", "y").mediaType()).isEqualTo("text/x-verse");
    }

    @Test
    void etagsChangeWithTheContentAndOnlyThen() throws IOException {
        writable();
        has(Capability.ETAGS);
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < repetitions(); i++) {
            Node node = write("/a", "same length " + i % 10);
            assertThat(store.stat(path("/a")).etag()).isEqualTo(node.etag()).isNotNull();
            seen.add(String.valueOf(node.etag()));
        }
        assertThat(new HashSet<>(seen)).hasSize(tellsEqualContentsApart() ? repetitions() : 10);
        assertThat(directory("/d").etag()).isNull();
    }

    @Test
    void etagsSurviveMetadataAndMoves() throws IOException {
        writable();
        has(Capability.ETAGS);
        String etag = write("/a", "x").etag();
        Capabilities capabilities = store.capabilities();
        for (AttributeChange change : List.of(
                mode(0600),
                modified(Instant.parse("2001-02-03T04:05:06Z")),
                mode(0644),
                modified(Instant.parse("2001-02-03T04:05:06.789012Z")),
                mode(0640),
                modified(Instant.now()),
                new AttributeChange(null, null, new Owner(5, 6), null))) {
            if (change.equals(change.keptBy(capabilities))) {
                Node changed = store.change(path("/a"), change, Preconditions.NONE);
                assertThat(changed.etag()).as("after %s", change).isEqualTo(etag);
                assertThat(store.stat(path("/a")).etag()).as("after %s", change).isEqualTo(etag);
            }
        }
        assertThat(store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE).etag())
                .isEqualTo(etag);
        assertThat(store.stat(path("/b")).etag()).isEqualTo(etag);
    }

    @Test
    void etagsDifferAlsoWhereSizeAndTimeAreTheSame() throws IOException {
        writable();
        has(Capability.ETAGS);
        has(Capability.MODIFIED);
        AttributeChange time = modified(Instant.parse("2001-02-03T04:05:06Z"));
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Node node = write("/a", "same length " + i % 10, time);
            assertThat(store.stat(path("/a")).etag()).isEqualTo(node.etag());
            seen.add(String.valueOf(node.etag()));
        }
        assertThat(new HashSet<>(seen)).hasSize(tellsEqualContentsApart() ? 50 : 10);
    }
}
