package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.FreePort;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The gateway as a user starts it, but on free ports and in a folder of its own. */
public final class GatewayProfile implements QuarkusTestProfile {

    /** Where a test finds the folder: Quarkus loads the profile and the test with different class loaders. */
    static final String FOLDER = "test.packhorse.folder";

    @Override
    public Map<String, String> getConfigOverrides() {
        try {
            Path folder = Files.createTempDirectory("packhorse-gateway");
            Path routes = Files.createDirectories(folder.resolve("routes"));
            Path files = folder.resolve("files");
            try (DirectoryStream<Path> shipped = Files.newDirectoryStream(Path.of("routes"), "*.yaml")) {
                for (Path route : shipped) {
                    String moved = Files.readString(route).replace("store:file:data/files", "store:file:" + files);
                    assertThat(moved).doesNotContain("file:data/");
                    Files.writeString(routes.resolve(route.getFileName()), moved);
                }
            }
            assertThat(routes.resolve("files.yaml")).exists();
            System.setProperty(FOLDER, folder.toString());
            return Map.of(
                    "quarkus.http.test-port",
                    "0",
                    "packhorse.http.port",
                    "0",
                    "packhorse.replay.port",
                    Integer.toString(FreePort.take()),
                    "packhorse.data",
                    folder.resolve("data").toString(),
                    "packhorse.routes",
                    routes + "/*.yaml",
                    "packhorse.access-log",
                    folder.resolve("access.log").toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
