package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.WriteOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Another process changes the same device. */
class TwoGatewaysTest extends DeviceFixture {

    /** The other process: writes a file and ends. */
    static final class Other {
        private Other() {}

        public static void main(String[] arguments) throws Exception {
            ReplayOptions options = ReplayOptions.of(Path.of(arguments[1]));
            int port = Integer.parseInt(arguments[0]);
            try (ReplayStore store = ReplayStore.open("127.0.0.1", port, FsPath.parse("/Photo"), options)) {
                store.write(FsPath.parse(arguments[2]), Body.of(arguments[3].getBytes(UTF_8)), WriteOptions.DEFAULT);
            }
        }
    }

    /** Runs the other process; before each of its commands is done this one looks at the folder. */
    private void writtenByTheOther(String name, String text) throws Exception {
        ReplayStore store = open("/Photo");
        AtomicBoolean looking = new AtomicBoolean();
        List<String> seen = new CopyOnWriteArrayList<>();
        device.intercept((request, socket) -> {
            if (looking.compareAndSet(false, true)) {
                try {
                    seen.addAll(names(store, "/"));
                } finally {
                    looking.set(false);
                }
            }
            return false;
        });
        Path folder = Files.createDirectory(temp.resolve("other"));
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        Integer.toString(device.port()),
                        folder.toString(),
                        "/" + name,
                        text)
                .redirectErrorStream(true)
                .start();
        String output = new String(other.getInputStream().readAllBytes(), UTF_8);
        assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        Files.delete(folder);
        assertThat(other.exitValue()).as(output).isZero();
        assertThat(seen).containsOnly(name);
        assertThat(content(store, "/" + name)).isEqualTo(text);
        assertThat(device.paths("/Photo")).containsExactly("/Photo/" + name);
    }

    @Test
    void anUploadOfAnotherProcessIsLeftAlone() throws Exception {
        writtenByTheOther("a", "new");
    }

    @Test
    void whatAnotherProcessIsReplacingIsLeftAlone() throws Exception {
        device.file("/Photo/a", "old".getBytes(UTF_8), THEN);
        writtenByTheOther("a", "new");
    }

    @Test
    void theLongestNameIsNoDifference() throws Exception {
        String name = "x".repeat(190);
        device.file("/Photo/" + name, "old".getBytes(UTF_8), THEN);
        writtenByTheOther(name, "new");
    }
}
