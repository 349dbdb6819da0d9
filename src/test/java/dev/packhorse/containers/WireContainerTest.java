package dev.packhorse.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.front.httpfs.Client;
import dev.packhorse.front.httpfs.HttpfsOptions;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The HTTP Filesystem front over each remote store: what of its wire all stores can serve. */
@WithContainers
class WireContainerTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path temp;

    @ParameterizedTest
    @EnumSource
    void filesAreWrittenReadAndListed(Remote remote) throws Exception {
        try (Store store = remote.fresh(temp)) {
            Client client = new Client(store, HttpfsOptions.DEFAULT);
            assertThat(client.put("/a é 😀.txt", "hello").line()).isEqualTo("200 OK");
            assertThat(client.makeDirectory("/d").line()).isEqualTo("200 OK");
            assertThat(client.put("/d/x", "old").line()).isEqualTo("200 OK");
            assertThat(client.put("/d/x", "new").line()).isEqualTo("200 OK");

            assertThat(client.get("/a é 😀.txt").line()).isEqualTo("200 hello");
            assertThat(client.get("/a é 😀.txt", "Range", "bytes=1-3").line()).isEqualTo("206 ell");
            assertThat(client.head("/a é 😀.txt").length()).isEqualTo(5);
            assertThat(client.get("/d/x").line()).isEqualTo("200 new");
            assertThat(client.get("/").text()).isEqualTo("a é 😀.txt 33188\nd 16877\n");
            assertThat(client.get("/d").text()).isEqualTo("x 33188\n");
            assertThat(client.get("/...", "Accept", "multipart/mixed").text())
                    .contains("Content-Location: /fs/files/d/x");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotThereIsNotFound(Remote remote) throws Exception {
        try (Store store = remote.fresh(temp)) {
            Client client = new Client(store, HttpfsOptions.DEFAULT);
            client.put("/file", "x");
            for (String path : new String[] {"/absent", "/absent/deeper", "/file/deeper", "/file/"}) {
                assertThat(client.get(path).line()).as(path).isEqualTo("404 Object Not Found");
                assertThat(client.head(path).status()).as(path).isEqualTo(404);
            }
            assertThat(client.send("DELETE", "/absent").status()).isEqualTo(404);
            assertThat(client.put("/absent/a", "x").status()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @EnumSource
    void treesAreCopiedMovedAndRemoved(Remote remote) throws Exception {
        try (Store store = remote.fresh(temp)) {
            Client client = new Client(store, HttpfsOptions.DEFAULT);
            client.makeDirectory("/d");
            client.put("/d/a", "1");
            client.makeDirectory("/d/e");
            client.put("/d/e/b", "2");

            assertThat(client.copy("/d", "/copy").line()).isEqualTo("200 OK");
            assertThat(client.move("/d", "/moved").line()).isEqualTo("200 OK");
            assertThat(client.move("/copy/a", "/moved/a", "Overwrite", "F").status())
                    .isEqualTo(412);
            assertThat(client.get("/copy/e/b").line()).isEqualTo("200 2");
            assertThat(client.get("/moved/e/b").line()).isEqualTo("200 2");
            assertThat(client.get("/d").status()).isEqualTo(404);
            assertThat(client.send("DELETE", "/copy").line()).isEqualTo("200 OK");
            assertThat(client.get("/").text()).isEqualTo("moved 16877\n");
        }
    }

    @ParameterizedTest
    @EnumSource
    void metadataIsKeptOrRefused(Remote remote) throws Exception {
        try (Store store = remote.fresh(temp)) {
            Client client = new Client(store, HttpfsOptions.DEFAULT);
            if (store.capabilities().has(Capability.MODE)) {
                assertThat(client.put("/a", "x", "Content-Mode", "33261").line())
                        .isEqualTo("200 OK");
                assertThat(client.get("/").text()).isEqualTo("a 33261\n");
            }
            if (store.capabilities().has(Capability.MODIFIED)) {
                assertThat(client.put("/b", "x", "Content-Modified", "1641024000")
                                .line())
                        .isEqualTo("200 OK");
                assertThat(client.head("/b").header("Content-Modified")).isEqualTo("1641024000");
            }
        }
    }
}
