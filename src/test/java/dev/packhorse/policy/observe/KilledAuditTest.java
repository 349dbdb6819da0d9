package dev.packhorse.policy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.KilledProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that is killed with SIGKILL while clients change things, again and again, on one log. */
@Timeout(120)
class KilledAuditTest {

    private static final int KILLS = 3;

    @TempDir
    Path folder;

    @Test
    void eachChangeThatSomebodyWasToldOfHasItsLine() throws Exception {
        Path logs = Files.createDirectory(folder.resolve("logs"));
        Path clients = Files.createDirectory(folder.resolve("clients"));
        Random random = new Random(20020104);
        for (int kill = 0; kill < KILLS; kill++) {
            KilledProcess.run(
                    AuditedProcess.class,
                    50 + random.nextInt(300),
                    logs.resolve("audit.log").toString(),
                    clients.toString(),
                    "run" + kill);
        }

        Set<String> lines = logged(logs);
        int told = 0;
        for (Path client : files(clients)) {
            for (String change : whole(client)) {
                assertThat(lines).contains(change);
                told++;
            }
        }
        assertThat(told).isGreaterThan(3 * 3 * 50);
        assertThat(files(clients)).hasSize(KILLS * AuditedProcess.CLIENTS);
    }

    /** At most one line a kill may end in its middle, and never one that somebody was told of. */
    private static Set<String> logged(Path logs) throws IOException {
        Set<String> lines = new HashSet<>();
        int torn = 0;
        for (Path part : files(logs)) {
            for (String text : Files.readString(part).split("\n", -1)) {
                try {
                    for (Map<String, Object> line : AuditLines.parse(text + "\n")) {
                        lines.add(line.get("operation") + " " + line.get("path"));
                    }
                } catch (IOException e) {
                    torn++;
                }
            }
        }
        assertThat(torn).isLessThanOrEqualTo(KILLS);
        return lines;
    }

    /** Lines that have their end. */
    private static List<String> whole(Path client) throws IOException {
        String text = Files.readString(client);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }
}
