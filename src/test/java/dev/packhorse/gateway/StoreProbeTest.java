package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import dev.packhorse.route.Export;
import dev.packhorse.route.Options;
import dev.packhorse.route.StoreRegistry.Opened;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoreProbeTest {

    private final ExecutorService workers = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        workers.shutdownNow();
    }

    private static Opened failing(String location, @Nullable Kind kind, String reason) {
        Store bare = new ForwardingStore(new MemoryStore(1024)) {
            @Override
            public Node stat(FsPath path) throws FsException {
                if (kind != null) {
                    throw new FsException(kind, "stat", path, new IOException(reason));
                }
                return super.stat(path);
            }
        };
        // What routes see may answer from memory: it is not asked.
        return new Opened(location, new MemoryStore(1024), bare);
    }

    private void check(Opened... stores) throws StartException {
        List<Export> exports = List.of(new Export(
                FsPath.ROOT,
                List.of("httpfs"),
                "nas",
                new Options(Map.of()),
                (protocol, caller) -> stores[0].store(),
                () -> List.of(stores[0].store())));
        StoreProbe.check(List.of(stores), exports, Map.of("nas", Path.of("routes/nas.yaml")), workers);
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"PERMISSION_DENIED", "NOT_FOUND", "IO"})
    void aStoreThatIsSetUpWrongStopsTheStartWithFileRouteAndReason(Kind kind) {
        assertThatThrownBy(() -> check(failing("sftp://joe:***@nas/", kind, "the server does not take this key")))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith("routes/nas.yaml: route nas: store sftp://joe:***@nas/: ")
                .hasMessageContaining("the server does not take this key");
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"UNAVAILABLE", "TIMEOUT"})
    void aStoreThatCannotBeReachedDoesNotStopTheOthers(Kind kind) {
        assertThatCode(() -> check(failing("a:", kind, "refused"), failing("b:", null, "")))
                .doesNotThrowAnyException();
    }

    @Test
    void tellsWhoFailsAndWaitsForNobodyForLong() {
        CountDownLatch never = new CountDownLatch(1);
        Opened hanging = new Opened("c:", new MemoryStore(1024), new ForwardingStore(new MemoryStore(1024)) {
            @Override
            public Node stat(FsPath path) throws FsException {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return super.stat(path);
            }
        });
        Opened well = failing("b:", null, "");
        Opened gone = failing("a:", Kind.UNAVAILABLE, "refused");

        // Those who answer do so before the time begins, however busy the machine is.
        Iterator<Executor> turns =
                List.<Executor>of(Runnable::run, workers, Runnable::run).iterator();
        Map<Opened, FsException> failures = StoreProbe.failures(
                List.of(well, hanging, gone), task -> turns.next().execute(task), Duration.ofMillis(300));

        assertThat(failures.keySet()).containsExactly(hanging, gone);
        assertThat(failures.values()).extracting(FsException::kind).containsExactly(Kind.TIMEOUT, Kind.UNAVAILABLE);
    }
}
