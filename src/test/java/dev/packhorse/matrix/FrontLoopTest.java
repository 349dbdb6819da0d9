package dev.packhorse.matrix;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract through each front by our own client of it, over stores that take changes: from the socket through the route, the
 * policies and the store to the back end, and back.
 */
@ParameterizedClass(name = "{0} over {1}")
@MethodSource("pairs")
class FrontLoopTest extends StoreContract {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Stage stage;

    @Parameter(0)
    @SuppressWarnings("NullAway.Init")
    Protocol protocol;

    @Parameter(1)
    @SuppressWarnings("NullAway.Init")
    Backend backend;

    static Stream<Arguments> pairs() {
        return Arrays.stream(Protocol.values())
                .flatMap(protocol -> Arrays.stream(Backend.values())
                        .filter(backend -> isShortEnough(protocol, backend))
                        .map(backend -> Arguments.of(protocol, backend)));
    }

    /** A device in front takes ten requests for a write: it has the quick ones. What only reads has {@link MatrixTest}. */
    private static boolean isShortEnough(Protocol protocol, Backend backend) {
        return switch (protocol) {
            case HTTPFS, OPENHANDS -> !backend.isReadOnly() && backend != Backend.S3;
            case REPLAY -> backend == Backend.MEMORY || backend == Backend.FILE;
            case JSONFS -> false;
        };
    }

    @BeforeParameterizedClassInvocation
    static void start(Protocol protocol, Backend backend) throws Exception {
        assumeTrue(backend.isInstalled(), "its server is not installed");
        stage = new Stage(folder.resolve(protocol.name() + "-" + backend.name()));
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        stage.close();
    }

    @Override
    protected Store create() throws Exception {
        return stage.client(protocol, stage.serve(backend, List.of(protocol)));
    }

    @Override
    protected boolean holds(String name) {
        return backend.holds(name);
    }

    @Override
    protected int repetitions() {
        return 20;
    }

    @Override
    protected boolean tellsEqualContentsApart() {
        return backend != Backend.S3;
    }
}
