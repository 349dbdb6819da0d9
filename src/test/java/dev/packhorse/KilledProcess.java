package dev.packhorse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/** A process that works until it is killed by SIGKILL, and prints {@value #STEP} after each step. */
public final class KilledProcess {

    /** What the process prints. */
    public static final String STEP = "done";

    private KilledProcess() {}

    /**
     * Runs a class of the tests, and kills it.
     *
     * @param main has a {@code main}, which does not return
     * @param steps after how many it is killed
     * @return steps that it has told of by then; it may have done one more
     */
    public static int run(Class<?> main, int steps, String... arguments) throws IOException, InterruptedException {
        return run(main, told -> told >= steps, arguments);
    }

    /**
     * As above.
     *
     * @param enough whether it is to be killed after so many steps; asked after each
     */
    public static int run(Class<?> main, IntPredicate enough, String... arguments)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(main, arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            int told = 0;
            do {
                assertThat(lines.readLine()).isEqualTo(STEP);
                told++;
            } while (!enough.test(told));
            // That of the process would close the stream as well.
            assertThat(process.toHandle().destroyForcibly()).isTrue();
            // A line that ends in the middle was not told.
            for (String line = lines.readLine(); STEP.equals(line); line = lines.readLine()) {
                told++;
            }
            return told;
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        }
    }

    /** What runs a class of the tests in a process of its own. */
    public static List<String> command(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
