package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.route.Export;
import dev.packhorse.route.Options;
import dev.packhorse.store.memory.MemoryStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportsTest {

    @TempDir
    Path folder;

    private final Exports exports = TestGateway.exports(null);

    private Export add(String path) throws FsException {
        Export export = new Export(
                FsPath.parse(path),
                List.of("httpfs"),
                "route of " + path,
                new Options(Map.of()),
                (protocol, caller) -> new MemoryStore(1 << 20),
                List::of);
        exports.added(export);
        return export;
    }

    private @Nullable String at(String path) throws FsException {
        Exports.Mount mount = exports.find(FsPath.parse("/fs" + path));
        return mount == null ? null : mount.export().path().toString();
    }

    @Test
    void theLongestPathWins() throws Exception {
        add("/a");
        add("/a/b/c");
        add("/é x/y");

        assertThat(at("/a")).isEqualTo("/a");
        assertThat(at("/a/b")).isEqualTo("/a");
        assertThat(at("/a/b/c")).isEqualTo("/a/b/c");
        assertThat(at("/a/b/c/d/e")).isEqualTo("/a/b/c");
        assertThat(at("/a/b/cc")).isEqualTo("/a");
        assertThat(at("/é x/y/z")).isEqualTo("/é x/y");
        assertThat(at("/é x")).isNull();
        assertThat(at("/aa")).isNull();
        assertThat(at("")).isNull();
    }

    @Test
    void anExportThatIsGoneLeavesItsPath() throws Exception {
        Export nested = add("/a/b");
        add("/a");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> add("/a/b"))
                .withMessage("export /a/b is taken by route route of /a/b");

        exports.removed(nested);

        assertThat(at("/a/b")).isEqualTo("/a");
        assertThat(exports.paths()).containsExactly(FsPath.parse("/fs/a"));
        add("/a/b");
        assertThat(at("/a/b")).isEqualTo("/a/b");
    }

    private static @Nullable String joined(Exports exports, String path) throws FsException {
        Exports.Mount mount = exports.findJoined(FsPath.parse(path));
        return mount == null ? null : mount.export().path().toString();
    }

    @Test
    void onlyTheBaseOfAWebhookMayBeJoinedBare() throws Exception {
        Exports webhooks = TestGateway.exports(folder);
        List<Export> added = new ArrayList<>();
        for (String path : List.of("/mirror", "/mirrors")) {
            Export export = new Export(
                    FsPath.parse(path),
                    List.of("openhands-webhook", "openhands"),
                    path,
                    new Options(Map.of()),
                    (protocol, caller) -> new MemoryStore(1 << 20),
                    List::of);
            webhooks.added(export);
            added.add(export);
        }

        assertThat(joined(webhooks, "/openhands-webhook/mirrorusers/1")).isEqualTo("/mirror");
        // Nobody can tell these two apart; that is why bare joining is not for bases that begin alike.
        assertThat(joined(webhooks, "/openhands-webhook/mirrorsessions/1")).isEqualTo("/mirrors");
        assertThat(joined(webhooks, "/openhands/mirrorusers/1")).isNull();
        assertThat(joined(webhooks, "/openhands-webhook/other")).isNull();
        added.forEach(webhooks::removed);
    }
}
