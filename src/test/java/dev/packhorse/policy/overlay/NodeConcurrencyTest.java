package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Changes of the same paths, and of what is above and below them, at the same moment. */
@Timeout(120)
class NodeConcurrencyTest extends NodeFixture {

    private static final int THREADS = 6;
    private static final int ROUNDS = 8;
    private static final int CHANGES = 10;

    @Test
    void rowsAreThoseOfTheirFilesWhateverHappensTogether() throws Exception {
        run(List.of(nodes));
    }

    @Test
    void alsoThroughTwoGateways() throws Exception {
        // That there are rows at all would be known to the other gateway after some seconds only.
        nodes.makeDirectory(path("/d0"), WriteOptions.of(mode(0700)));
        try (OverlayTable one = new OverlayTable(database, time, RETENTION, true, time);
                OverlayTable other = new OverlayTable(database, time, RETENTION, true, time)) {
            run(List.of(
                    new OverlayStore(bare, "memory:test", one, options()),
                    new OverlayStore(bare, "memory:test", other, options())));
        }
    }

    private void run(List<Store> gateways) throws Exception {
        int seen = 0;
        for (int round = 0; round < ROUNDS; round++) {
            together(gateways, round);
            seen += TreeRules.check(gateways.get(0), bare, "memory:test", database);
        }
        assertThat(seen).isPositive();
    }

    private static void together(List<Store> gateways, int round) throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(20020101L + i + THREADS * (long) round);
            Store gateway = gateways.get(i % gateways.size());
            tasks.add(() -> {
                for (int change = 0; change < CHANGES; change++) {
                    KilledGateway.change(gateway, random);
                }
                return null;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (Future<Void> done : threads.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
