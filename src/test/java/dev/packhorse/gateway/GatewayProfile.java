package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
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
            String files = Files.readString(Path.of("routes/files.yaml"));
            assertThat(files).contains("store:file:data/files");
            Files.writeString(
                    routes.resolve("files.yaml"), files.replace("file:data/files", "file:" + folder.resolve("files")));
            System.setProperty(FOLDER, folder.toString());
            return Map.of(
                    "quarkus.http.test-port",
                    "0",
                    "packhorse.http.port",
                    "0",
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
