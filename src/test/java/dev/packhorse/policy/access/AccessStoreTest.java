package dev.packhorse.policy.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.ForwardingStoreTest;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Permissions;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.RecordingStore;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.identity.AddressRange;
import dev.packhorse.identity.Caller;
import dev.packhorse.identity.Right;
import dev.packhorse.store.memory.MemoryStore;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AccessStoreTest extends AccessFixture {

    /** One operation of a store. */
    private interface Operation {
        void on(Store store) throws Exception;
    }

    private static final AttributeChange MODE = new AttributeChange(new Mode(0600), null, null, null);
    private static final AttributeChange TIME = new AttributeChange(null, Instant.EPOCH, null, null);
    private static final AttributeChange OWNER = new AttributeChange(null, null, new Owner(1, 1), null);
    private static final AttributeChange TYPE = new AttributeChange(null, null, null, "text/plain");

    /** What operations need, each any one of these sets. */
    private static Map<Operation, List<Set<Right>>> needs() {
        Map<Operation, List<Set<Right>>> needs = new LinkedHashMap<>();
        List<Set<Right>> write = List.of(Set.of(Right.WRITE));
        List<Set<Right>> transfer = List.of(Set.of(Right.READ, Right.WRITE));
        needs.put(
                store -> store.stat(path("/d/f")),
                List.of(Set.of(Right.READ), Set.of(Right.LIST), Set.of(Right.WRITE)));
        needs.put(store -> read(store, "/d/f"), List.of(Set.of(Right.READ)));
        needs.put(store -> listed(store, "/d"), List.of(Set.of(Right.LIST)));
        needs.put(store -> walked(store, "/d"), List.of(Set.of(Right.LIST)));
        needs.put(store -> store.write(path("/d/f"), text(""), WriteOptions.DEFAULT), write);
        needs.put(store -> store.write(path("/d/new"), text(""), WriteOptions.of(TYPE)), write);
        needs.put(store -> store.write(path("/d/new"), text(""), WriteOptions.of(MODE)), write);
        needs.put(store -> store.write(path("/d/new"), text(""), WriteOptions.of(TIME)), write);
        needs.put(store -> store.write(path("/d/new"), text(""), WriteOptions.of(OWNER)), write);
        needs.put(store -> store.makeDirectory(path("/e"), WriteOptions.DEFAULT), write);
        needs.put(store -> store.makeDirectory(path("/e"), WriteOptions.of(MODE)), write);
        needs.put(store -> store.link(path("/l"), "x", WriteOptions.DEFAULT), write);
        needs.put(store -> store.link(path("/l"), "x", WriteOptions.of(TIME)), write);
        needs.put(store -> store.change(path("/d/f"), MODE, Preconditions.NONE), List.of(Set.of(Right.METADATA)));
        needs.put(store -> store.change(path("/d/f"), TYPE, Preconditions.NONE), List.of(Set.of(Right.METADATA)));
        needs.put(store -> store.copy(path("/d/f"), path("/g"), TransferOptions.OVERWRITE), transfer);
        needs.put(
                store -> store.copy(path("/d"), path("/g"), TransferOptions.OVERWRITE),
                List.of(Set.of(Right.READ, Right.LIST, Right.WRITE)));
        needs.put(
                store -> store.move(path("/d"), path("/g"), TransferOptions.OVERWRITE),
                List.of(Set.of(Right.READ, Right.WRITE, Right.DELETE)));
        needs.put(store -> store.remove(path("/d"), Preconditions.NONE), List.of(Set.of(Right.DELETE)));
        needs.put(Store::space, List.of(Set.of(Right.READ), Set.of(Right.LIST)));
        return needs;
    }

    /** Every set of rights. */
    private static List<Set<Right>> sets() {
        List<Set<Right>> sets = new ArrayList<>(List.of(Set.of()));
        for (Right right : Right.values()) {
            for (Set<Right> without : List.copyOf(sets)) {
                EnumSet<Right> with = EnumSet.of(right);
                with.addAll(without);
                sets.add(with);
            }
        }
        return sets;
    }

    private static String words(Set<Right> rights) {
        return rights.isEmpty()
                ? "none"
                : rights.stream().map(Right::word).sorted().collect(Collectors.joining("+"));
    }

    @Test
    void eachOperationWorksWithWhatItNeedsAndFailsWithLess() throws Exception {
        int number = 0;
        for (Map.Entry<Operation, List<Set<Right>>> each : needs().entrySet()) {
            number++;
            for (Set<Right> rights : sets()) {
                // Given
                String what = "operation " + number + " with " + rights;
                try (MemoryStore store = new MemoryStore(1 << 20)) {
                    store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
                    store.write(path("/d/f"), text("x"), WriteOptions.DEFAULT);
                    RecordingStore recorded = new RecordingStore(store);
                    AccessStore view = new AccessStore(recorded, rights("anyone:" + words(rights), stranger()));

                    // When
                    FsException failure = null;
                    try {
                        each.getKey().on(view);
                    } catch (FsException e) {
                        failure = e;
                    }

                    // Then
                    if (each.getValue().stream().anyMatch(rights::containsAll)) {
                        assertThat(failure).as(what).isNull();
                        assertThat(view.denied()).isFalse();
                    } else {
                        assertThat(failure)
                                .as(what)
                                .isNotNull()
                                .extracting(FsException::kind)
                                .isEqualTo(Kind.PERMISSION_DENIED);
                        assertThat(view.denied()).isTrue();
                        // What is copied is looked at, which its reader may.
                        assertThat(recorded.operations()).as(what).isSubsetOf("stat /d");
                    }
                }
            }
        }
    }

    @Test
    void whatComesAlongWithAWriteIsLeftOutWhereMetadataMayNotBeChanged() throws Exception {
        made("/inbox/");
        AttributeChange all = new AttributeChange(new Mode(0600), Instant.EPOCH, new Owner(7, 8), "text/x");
        AccessStore view = view("anyone:rw; /inbox/**: anyone:read+write");

        for (String directory : List.of("/inbox", "")) {
            view.write(path(directory + "/f"), text("x"), WriteOptions.of(all));
            view.makeDirectory(path(directory + "/d"), WriteOptions.of(all));
        }
        view("anyone:read+write").link(path("/inbox/l"), "x", WriteOptions.of(OWNER));

        assertThat(memory.stat(path("/inbox/f")).mediaType()).isEqualTo("text/x");
        for (String given : List.of("/f", "/d")) {
            assertThat(memory.stat(path(given)).mode()).isEqualTo(new Mode(0600));
            assertThat(memory.stat(path(given)).owner()).isEqualTo(new Owner(7, 8));
            Node node = memory.stat(path("/inbox" + given));
            assertThat(node.mode()).isNotEqualTo(new Mode(0600));
            assertThat(node.modified()).isAfter(Instant.EPOCH);
            assertThat(node.owner()).isNotEqualTo(new Owner(7, 8));
        }
        assertThat(memory.stat(path("/inbox/l")).owner()).isNotEqualTo(new Owner(1, 1));
        assertThat(view.mayDescribe(path("/inbox/f"))).isFalse();
        assertThat(view.mayDescribe(path("/f"))).isTrue();
        assertThat(view.denied()).isFalse();
        assertFails(Kind.PERMISSION_DENIED, () -> view.change(path("/inbox/f"), OWNER, Preconditions.NONE));
    }

    @Test
    void aDenialDoesNotTellWhetherSomethingIsThere() throws Exception {
        made("/d/there");
        AccessStore view = view("anyone:none");

        for (String path : List.of("/d/there", "/d/missing", "/missing/x", "/d")) {
            assertFails(Kind.PERMISSION_DENIED, () -> view.stat(path(path)));
            assertFails(Kind.PERMISSION_DENIED, () -> view.read(path(path)));
            assertFails(Kind.PERMISSION_DENIED, () -> view.list(path(path)));
            assertFails(Kind.PERMISSION_DENIED, () -> view.remove(path(path), Preconditions.NONE));
        }
        assertThat(asked.operations()).isEmpty();
    }

    @Test
    void whatACallerMayNotSeeIsNotListed() throws Exception {
        made("/a", "/private/x", "/public/x", "/public/secret", "/seen/deep/x");
        AccessStore view = view(
                "anyone:r; /private/**: joe:r; /public/secret: joe:r; /seen/**: anyone:read; /seen/deep/**: anyone:r");

        assertThat(listed(view, "/")).containsExactly("/a", "/public", "/seen");
        assertThat(listed(view, "/public")).containsExactly("/public/x");
        // Nothing below a directory that may not be listed.
        assertThat(walked(view, "/")).containsExactly("/a", "/public", "/public/x", "/seen");
        assertThat(walked(view, "/seen/deep")).containsExactly("/seen/deep/x");
        assertFails(Kind.PERMISSION_DENIED, () -> view.list(path("/seen")));
        assertFails(Kind.PERMISSION_DENIED, () -> view.list(path("/private")));
        assertThat(view.stat(path("/seen/deep/x")).isFile()).isTrue();
    }

    @Test
    void aWalkKeepsItsOrderWhereDirectoriesAreMixed() throws Exception {
        made("/d/", "/d-x", "/d/a", "/d/no", "/d0/", "/d0/no", "/d0/z", "/e/f/g", "/e/f.x", "/e/f/no");
        AccessStore view = view("anyone:r; /d/no: joe:r; /d0/no: joe:r; /e/f/no: joe:r");

        List<String> all = walked(memory, "/");
        all.removeIf(path -> path.endsWith("/no"));
        assertThat(walked(view, "/")).isEqualTo(all).contains("/d-x", "/d/a", "/e/f.x", "/e/f/g");
    }

    @Test
    void whereTheRightsAreTheSameEverywhereNothingIsLookedThrough() throws Exception {
        made("/a/b/c");
        AccessStore view = view("anyone:r");

        view.stat(path("/a/b/c"));
        walked(view, "/");

        assertThat(asked.operations()).containsExactly("stat /a/b/c", "walk /");
    }

    @Test
    void aDirectoryIsOnlyRemovedOrMovedAsAWhole() throws Exception {
        made("/d/x", "/d/private/y");
        AccessStore view = view("anyone:rw; /d/private/**: joe:rw, anyone:r");

        assertFails(Kind.PERMISSION_DENIED, () -> view.remove(path("/d"), Preconditions.NONE));
        assertFails(Kind.PERMISSION_DENIED, () -> view.move(path("/d"), path("/e"), TransferOptions.OVERWRITE));
        assertFails(
                Kind.PERMISSION_DENIED, () -> view.move(path("/d/x"), path("/d/private/x"), TransferOptions.OVERWRITE));
        assertFails(
                Kind.PERMISSION_DENIED, () -> view.copy(path("/d/x"), path("/d/private/x"), TransferOptions.OVERWRITE));
        assertThat(asked.operations()).isEmpty();
        assertThat(walked(memory, "/")).containsExactly("/d", "/d/private", "/d/private/y", "/d/x");
        view.remove(path("/d/x"), Preconditions.NONE);
        view("anyone:rw; /d/private/**: joe:rw", joe()).remove(path("/d/private"), Preconditions.NONE);
    }

    @Test
    void aTreeMayOnlyBeMovedAwayIfAllOfItIsSeenAndMayGo() throws Exception {
        made("/x/inbox/y", "/x/z", "/kept/z", "/blind/z", "/free/z");
        AccessStore view = view("anyone:rw; /x/inbox/**: anyone:w; /kept/*: anyone:r; /blind/**: anyone:read+delete");

        assertThat(view.mayMoveAway(memory.stat(path("/x")))).isFalse();
        assertThat(view.denied()).isTrue();
        assertThat(view.mayMoveAway(memory.stat(path("/kept")))).isFalse();
        // What cannot be listed cannot be copied by whoever asks.
        assertThat(view.mayMoveAway(memory.stat(path("/blind")))).isFalse();
        for (String whole : List.of("/x/z", "/blind/z", "/free")) {
            assertThat(view.mayMoveAway(memory.stat(path(whole)))).as(whole).isTrue();
        }
        assertThat(asked.operations()).isEmpty();
    }

    @Test
    void aDirectoryTellsThatSomethingInItIsKeptFromTheCaller() throws Exception {
        made("/x/inbox/", "/x/z", "/y/z", "/empty/");
        AccessStore view = view("anyone:rw; /x/inbox/**: anyone:w; /empty/inbox/**: anyone:w; /blind/**: anyone:w");

        assertThat(listed(view, "/x")).containsExactly("/x/z");
        assertThat(view.hidesIn(path("/x"))).isTrue();
        assertThat(view.hidesIn(path("/y"))).isFalse();
        assertThat(view.hidesIn(path("/empty"))).isFalse();
        assertFails(Kind.PERMISSION_DENIED, () -> view.hidesIn(path("/blind")));
        assertThat(view("anyone:rw").hidesIn(path("/x"))).isFalse();
    }

    @Test
    void noTreeLandsOnWhatMayNotBeWritten() throws Exception {
        made("/s/private/y", "/t/");
        AccessStore view = view("anyone:rw; /t/private/**: anyone:r");

        assertFails(Kind.PERMISSION_DENIED, () -> view.move(path("/s"), path("/t"), TransferOptions.OVERWRITE));
        assertFails(Kind.PERMISSION_DENIED, () -> view.copy(path("/s"), path("/t"), TransferOptions.OVERWRITE));
        assertThat(walked(memory, "/")).containsExactly("/s", "/s/private", "/s/private/y", "/t");
    }

    @Test
    void aCopyIsOneOfWhatCanBeRead() throws Exception {
        made("/s/a", "/s/private/y", "/s/names/z", "/s/blind/q", "/s/sub/b");
        memory.change(path("/s/a"), MODE, Preconditions.NONE);
        AccessStore view = view(
                "anyone:read+list+write; /s/private/**: anyone:write; /s/names/z: anyone:list+write; /s/blind/**: anyone:read+write");

        view.copy(path("/s"), path("/t"), TransferOptions.CREATE_NEW);

        assertThat(walked(memory, "/t")).containsExactly("/t/a", "/t/names", "/t/sub", "/t/sub/b");
        assertThat(memory.stat(path("/t/a")).mode()).isEqualTo(new Mode(0600));
        assertFails(Kind.ALREADY_EXISTS, () -> view.copy(path("/s"), path("/t"), TransferOptions.CREATE_NEW));
        assertFails(Kind.BUSY, () -> view.copy(path("/s"), path("/s/in"), TransferOptions.OVERWRITE));
        assertFails(Kind.INVALID_NAME, () -> view.copy(path("/s"), path("/s"), TransferOptions.OVERWRITE));
        assertFails(Kind.NOT_FOUND, () -> view.copy(path("/none"), path("/u"), TransferOptions.OVERWRITE));
    }

    @Test
    void noSymlinkLeadsAroundTheRules() throws Exception {
        // Given
        made("/private/secret", "/private/dir/deep", "/pub/d/");
        memory.link(path("/pub/link"), "../private", WriteOptions.DEFAULT);
        memory.link(path("/pub/d/chain"), "../link", WriteOptions.DEFAULT);
        AccessStore view = view("anyone:rw; /private/**: joe:rw");

        // When, Then
        for (String way : List.of("/pub/link/secret", "/pub/d/chain/secret", "/pub/link/dir/deep", "/pub/link/none")) {
            assertFails(Kind.PERMISSION_DENIED, () -> view.stat(path(way)));
            assertFails(Kind.PERMISSION_DENIED, () -> view.read(path(way)));
            assertFails(Kind.PERMISSION_DENIED, () -> view.list(path(way)));
            assertFails(Kind.PERMISSION_DENIED, () -> view.walk(path(way)));
            assertFails(Kind.PERMISSION_DENIED, () -> view.write(path(way), text("x"), WriteOptions.DEFAULT));
            assertFails(Kind.PERMISSION_DENIED, () -> view.makeDirectory(path(way), WriteOptions.DEFAULT));
            assertFails(Kind.PERMISSION_DENIED, () -> view.link(path(way), "x", WriteOptions.DEFAULT));
            assertFails(Kind.PERMISSION_DENIED, () -> view.change(path(way), MODE, Preconditions.NONE));
            assertFails(Kind.PERMISSION_DENIED, () -> view.remove(path(way), Preconditions.NONE));
            assertFails(Kind.PERMISSION_DENIED, () -> view.copy(path(way), path("/pub/c"), TransferOptions.OVERWRITE));
            assertFails(Kind.PERMISSION_DENIED, () -> view.move(path(way), path("/pub/c"), TransferOptions.OVERWRITE));
            made("/pub/f");
            assertFails(Kind.PERMISSION_DENIED, () -> view.copy(path("/pub/f"), path(way), TransferOptions.OVERWRITE));
            assertFails(Kind.PERMISSION_DENIED, () -> view.move(path("/pub/f"), path(way), TransferOptions.OVERWRITE));
        }
        assertThat(read(memory, "/private/secret")).isEqualTo("/private/secret");
    }

    @Test
    void aSymlinkAtTheEndIsASymlinkAndNoMore() throws Exception {
        made("/private/secret", "/pub/");
        memory.link(path("/pub/file"), "../private/secret", WriteOptions.DEFAULT);
        memory.link(path("/pub/dir"), "../private", WriteOptions.DEFAULT);
        AccessStore view = view("anyone:rw; /private/**: joe:rw");

        assertThat(read(view, "/pub/file")).isEqualTo("../private/secret");
        assertThat(view.stat(path("/pub/dir")).isSymlink()).isTrue();
        assertFails(Kind.NOT_A_DIRECTORY, () -> view.list(path("/pub/dir")));
        assertFails(Kind.NOT_A_DIRECTORY, () -> view.walk(path("/pub/dir")));
        assertFails(Kind.NOT_A_DIRECTORY, () -> view.makeDirectory(path("/pub/dir"), WriteOptions.DEFAULT));
        view.write(path("/pub/file"), text("mine"), WriteOptions.DEFAULT);
        view.remove(path("/pub/dir"), Preconditions.NONE);
        assertThat(walked(memory, "/")).containsExactly("/private", "/private/secret", "/pub", "/pub/file");
        assertThat(read(memory, "/private/secret")).isEqualTo("/private/secret");
    }

    @Test
    void onlyWhoMayEverythingPutsSymlinksSomewhere() throws Exception {
        // Given
        made("/pub/d/x", "/private/secret");
        memory.link(path("/pub/d/link"), "../../private", WriteOptions.DEFAULT);
        memory.link(path("/pub/link"), "../private", WriteOptions.DEFAULT);
        String rules = "joe:rw, anyone:rw; /private/**: joe:rw";
        AccessStore view = view(rules);

        // When, Then
        assertFails(Kind.PERMISSION_DENIED, () -> view.link(path("/pub/new"), "x", WriteOptions.DEFAULT));
        for (String source : List.of("/pub/link", "/pub/d")) {
            assertFails(
                    Kind.PERMISSION_DENIED, () -> view.copy(path(source), path("/pub/t"), TransferOptions.OVERWRITE));
            assertFails(
                    Kind.PERMISSION_DENIED, () -> view.move(path(source), path("/pub/t"), TransferOptions.OVERWRITE));
        }
        assertThat(view.capabilities().has(Capability.SYMLINKS)).isFalse();
        assertThat(listed(memory, "/pub")).containsExactly("/pub/d", "/pub/link");
        AccessStore all = view(rules, joe());
        all.link(path("/pub/new"), "x", WriteOptions.DEFAULT);
        all.move(path("/pub/d"), path("/pub/t"), TransferOptions.OVERWRITE);
        assertThat(read(all, "/pub/link/secret")).isEqualTo("/private/secret");
    }

    @Test
    void whoHasTheSameRightsEverywhereStillMakesNoLinksForOthersToFallInto() throws Exception {
        AccessStore view = view("anyone:w, joe:rw; /pub/**: joe:rw, eve:r, anyone:w");

        assertThat(rights("anyone:w, joe:rw; /pub/**: joe:rw, eve:r, anyone:w", stranger())
                        .isUniform())
                .isTrue();
        assertFails(Kind.PERMISSION_DENIED, () -> view.link(path("/pub/l"), "../private", WriteOptions.DEFAULT));
    }

    @Test
    void withoutRulesForPathsSymlinksAreFollowedAsEver() throws Exception {
        made("/private/secret");
        AccessStore view = view("anyone:read+list+write");

        view.link(path("/link"), "private", WriteOptions.DEFAULT);

        assertThat(read(view, "/link/secret")).isEqualTo("/private/secret");
    }

    @Test
    void capabilitiesAreWhatTheCallerCanUseSomewhere() {
        assertThat(view("anyone:rw").capabilities()).isEqualTo(memory.capabilities());
        assertThat(view("anyone:r").capabilities().all())
                .doesNotContain(Capability.WRITE, Capability.SYMLINKS, Capability.MODE, Capability.MEDIA_TYPE)
                .contains(Capability.SPACE, Capability.ETAGS);
        assertThat(view("anyone:r; /inbox/**: anyone:write").capabilities().all())
                .contains(Capability.WRITE, Capability.MEDIA_TYPE)
                .doesNotContain(Capability.MODE, Capability.MODIFIED, Capability.OWNER, Capability.SYMLINKS);
        assertThat(view("anyone:delete").capabilities().all())
                .contains(Capability.WRITE)
                .doesNotContain(Capability.MEDIA_TYPE, Capability.SPACE, Capability.SYMLINKS);
        assertThat(view("anyone:metadata").capabilities().all())
                .contains(Capability.WRITE, Capability.MODE, Capability.MODIFIED, Capability.OWNER)
                .doesNotContain(Capability.SYMLINKS);
    }

    @Test
    void aBoxForDropsTakesFilesAndShowsNone() throws Exception {
        made("/inbox/");
        AccessStore view = view("anyone:none; /inbox/**: anyone:write");

        view.makeDirectory(path("/inbox/d"), WriteOptions.DEFAULT);
        view.write(path("/inbox/d/f"), text("x"), WriteOptions.DEFAULT);

        assertFails(Kind.PERMISSION_DENIED, () -> view.read(path("/inbox/d/f")));
        assertFails(Kind.PERMISSION_DENIED, () -> view.list(path("/inbox")));
        assertFails(Kind.PERMISSION_DENIED, () -> view.remove(path("/inbox/d/f"), Preconditions.NONE));
        assertFails(Kind.PERMISSION_DENIED, () -> view.stat(path("/other")));
    }

    @Test
    void permissionsAreToldBeforehand() throws Exception {
        AccessStore view = view("users:rw; /private/**: eve:rw", joe());

        assertThat(view.mayWrite(path("/x"))).isTrue();
        assertThat(view.mayWrite(path("/private/x"))).isFalse();
        assertThat(view.denied()).isTrue();
        assertThat(view.mayRemove(path("/x"))).isTrue();
        assertThat(view.mayRemove(path("/"))).isFalse();
        assertThat(view.mayDoSomething()).isTrue();
        assertThat(view("eve:rw; /private/**: joe:write", joe()).mayDoSomething())
                .isTrue();
        assertThat(view("eve:rw; /private/**: eve:r", joe()).mayDoSomething()).isFalse();
        assertThat(view.isKnown()).isTrue();
        assertThat(view("users:rw").isKnown()).isFalse();
        assertThat(Permissions.of(view)).isSameAs(view);
        assertThat(CallerText.parse(view.caller())).isEqualTo(joe());
        assertThat(Permissions.of(memory).mayWrite(FsPath.ROOT)).isTrue();
        assertThat(Permissions.of(memory).isKnown()).isFalse();
        assertThat(Permissions.of(memory).mayMoveAway(memory.stat(FsPath.ROOT))).isTrue();
        assertThat(Permissions.of(memory).hidesIn(FsPath.ROOT)).isFalse();
        assertThat(asked.operations()).isEmpty();
    }

    @Test
    void aLongListingIsFilteredWithoutGarbage() throws Exception {
        // Given
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            made("/4/" + i);
            nodes.add(memory.stat(path("/4/" + i)));
        }
        CallerRights rights = rights("anyone:r; /3/**: joe:r; /4/7: joe:r", stranger());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        // When
        long before = threads.getCurrentThreadAllocatedBytes();
        long seen = 0;
        try (Listing visible = new VisibleListing(new Again(nodes, 1000), path("/4"), rights, /* toRead= */ false)) {
            while (visible.next() != null) {
                seen++;
            }
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        // Then
        assertThat(seen).isEqualTo(999_000);
        assertThat(allocated).isLessThan(1 << 20);
    }

    /** The same nodes, again and again. */
    private static final class Again implements Listing {
        private final List<Node> nodes;
        private final int times;
        private int given;

        Again(List<Node> nodes, int times) {
            this.nodes = nodes;
            this.times = times;
        }

        @Override
        public @Nullable Node next() {
            return given == nodes.size() * times ? null : nodes.get(given++ % nodes.size());
        }

        @Override
        public void close() {}
    }

    @Test
    void everyOperationIsOverridden() {
        ForwardingStoreTest.assertOverridesEveryOperation(AccessStore.class);
    }

    /** Callers come back from a text as they were. */
    @Test
    void aCallerSurvivesAsAText() {
        for (Caller caller : List.of(
                stranger(),
                Caller.anonymous(HERE),
                joe("family", "a,b c", "-", "é%"),
                new Caller("-", Set.of(), THERE, null),
                new Caller("oidc:joe x", Set.of("x"), AddressRange.address("2001:db8::1"), null),
                new Caller("joe", Set.of(), THERE, new Caller.Scope(Set.of(), Set.of())),
                new Caller(
                        "joe",
                        Set.of("g"),
                        THERE,
                        new Caller.Scope(Set.of(Right.READ, Right.LIST), Set.of("/a b", "/c,d"))))) {
            assertThat(CallerText.parse(CallerText.of(caller))).isEqualTo(caller);
        }
        for (String none : List.of("", "joe", "localhost - - -", "192.0.2.7 joe  - - -", "192.0.2.7 joe - rubbish -")) {
            assertThatIllegalArgumentException().isThrownBy(() -> CallerText.parse(none));
        }
    }
}
