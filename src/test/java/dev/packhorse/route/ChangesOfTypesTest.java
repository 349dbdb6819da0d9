package dev.packhorse.route;

import static dev.packhorse.route.TestRoutes.path;
import static dev.packhorse.route.TestRoutes.read;
import static dev.packhorse.route.TestRoutes.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code changes:} tells of symlinks, attributes, and of paths that have become something else. */
@Timeout(120)
class ChangesOfTypesTest extends RecordedRoutes {

    @Test
    void aSymlinkIsToldWithItsTargetAndAttributesAreNot() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        TestRoutes routes =
                start(EXPORT + changes("seeing", "see"), Map.of("see", exchange -> seen.add(text(exchange))));
        Store store = routes.export("/x");

        store.link(path("/l"), "../a", WriteOptions.DEFAULT);
        store.change(path("/l"), new AttributeChange(null, Instant.EPOCH, null, null), Preconditions.NONE);
        write(store, "/f", "1");
        await().until(() -> seen.size() == 2);
        store.change(path("/f"), new AttributeChange(new Mode(0600), null, null, null), Preconditions.NONE);
        store.remove(path("/f"), Preconditions.NONE);

        await().until(() -> seen.size() == 3);
        assertThat(seen).containsExactly("link /l ../a", "write /f 1", "remove /f");
    }

    /** Else what has become of the path would wait behind what cannot be delivered any more. */
    @ParameterizedTest
    @ValueSource(strings = {"makeDirectory", "link"})
    void aFileThatIsSomethingElseByNowIsLeftToTheChangeThatSaysSo(String became) throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        AtomicInteger first = new AtomicInteger();
        List<TestRoutes> routes = new ArrayList<>();
        routes.add(start(EXPORT + changes("seeing", "see"), Map.of("see", exchange -> {
            if (first.getAndIncrement() == 0) {
                Store store = routes.get(0).export("/x");
                store.remove(path("/a"), Preconditions.NONE);
                if (became.equals("link")) {
                    store.link(path("/a"), "b", WriteOptions.DEFAULT);
                } else {
                    store.makeDirectory(path("/a"), WriteOptions.DEFAULT);
                }
            }
            seen.add(text(exchange));
        })));

        write(routes.get(0).export("/x"), "/a", "1");

        await().until(() -> seen.size() == 2);
        assertThat(seen).containsExactly("remove /a", became + " /a" + (became.equals("link") ? " b" : ""));
    }

    /** A store takes operation, path and target from the headers of a change. */
    @Test
    void aStepThatIsAStoreDoesTheSame() throws Exception {
        TestRoutes routes = start(EXPORT + """
                - route:
                    id: mirror
                    from:
                      uri: changes:/x
                      parameters:
                        retry-pause: 20ms
                      steps:
                        - to: store:memory:mirror
                """, Map.of());
        Store store = routes.export("/x");
        store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        store.link(path("/d/l"), "f", WriteOptions.DEFAULT);
        write(store, "/d/f", "1");
        await().until(() -> count(database) == 0);
        store.copy(path("/d"), path("/e"), TransferOptions.OVERWRITE);
        store.move(path("/d/f"), path("/g"), TransferOptions.OVERWRITE);
        store.remove(path("/d"), Preconditions.NONE);

        await().until(() -> count(database) == 0);
        TestStore mirror = routes.store("mirror");
        assertThat(mirror.stat(path("/e/l")).isSymlink()).isTrue();
        assertThat(read(mirror, "/e/l")).isEqualTo("f");
        assertThat(read(mirror, "/g")).isEqualTo("1");
        assertThatThrownBy(() -> mirror.stat(path("/d"))).hasMessageContaining("NOT_FOUND");
    }
}
