package dev.packhorse.store.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Providers that an operator puts into a folder, as jars. */
class VfsPluginJarTest {

    private static final String PROVIDER = "stranger.CarriedProvider";

    @TempDir
    Path folder;

    @TempDir
    Path temp;

    @Test
    void aProviderComesFromAJarInTheFolder() throws Exception {
        Path plugins = Files.createDirectory(folder.resolve("plugins"));
        jar(plugins.resolve("carried.jar"));
        Files.writeString(plugins.resolve("readme.txt"), "no jar");
        Map<String, String> providers = Map.of("carried", PROVIDER);
        assertThatThrownBy(() -> Class.forName(PROVIDER)).isInstanceOf(ClassNotFoundException.class);
        String uri = "carried://" + Files.createDirectory(folder.resolve("files"));
        assertThatThrownBy(() -> VfsStore.open(uri, TestOptions.plugin(temp, providers)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("provider " + PROVIDER + " of 'carried'");

        try (Store store = VfsStore.open(uri, TestOptions.plugins(temp, plugins, providers))) {
            FsPath file = FsPath.parse("/a");
            store.write(file, Body.of(new byte[3]), WriteOptions.DEFAULT);
            assertThat(store.stat(file).size()).isEqualTo(3);
            assertThat(folder.resolve("files/a")).hasSize(3);
        }
    }

    @Test
    void aFolderThatIsNotThereIsTold() {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> VfsStore.open("ram:/", TestOptions.plugins(temp, missing, Map.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the folder of plugins cannot be read: " + missing);
    }

    /** One class that this JVM does not have. */
    private void jar(Path jar) throws Exception {
        Path source = Files.createDirectories(folder.resolve("stranger")).resolve("CarriedProvider.java");
        Files.writeString(source, """
                package stranger;

                public class CarriedProvider extends org.apache.commons.vfs2.provider.local.DefaultLocalFileProvider {}
                """);
        List<String> arguments = List.of(
                "-proc:none", "-cp", System.getProperty("java.class.path"), "-d", folder.toString(), source.toString());
        int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(new String[0]));
        assertThat(result).isZero();
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            entries.putNextEntry(new JarEntry("stranger/CarriedProvider.class"));
            entries.write(Files.readAllBytes(folder.resolve("stranger/CarriedProvider.class")));
            entries.closeEntry();
        }
    }
}
