package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own whose heap has no room for all nodes of a large directory: 100,000 with names of 100 chars take more than
 * twice of it.
 */
public final class SmallHeap {

    public static final int NODES = 100_000;

    private static final String HEAP = "-Xmx40m";

    private SmallHeap() {}

    /** A name of 100 chars. */
    public static String name(int i) {
        return String.format("%0100d", i);
    }

    /** Runs a class that calls {@link #list} with what it opens, and fails if that does. */
    public static void run(Class<?> main, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process child = builder.start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(said).isZero();
    }

    /** Lists the root, which has {@value #NODES} children. */
    public static void list(Store store) throws FsException {
        try (store;
                Listing listing = store.list(FsPath.ROOT)) {
            int count = 0;
            for (@Nullable Node node = listing.next(); node != null; node = listing.next()) {
                assertThat(node.path().name()).isEqualTo(name(count++));
            }
            assertThat(count).isEqualTo(NODES);
        }
    }
}
