package dev.packhorse.matrix;

import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract through each front by our own client of it, over every store: from the socket through the route, the policies and the
 * store to the back end, and back.
 */
@ParameterizedClass(name = "{0} over {1}")
@MethodSource("pairs")
@ExtendWith(SharedStage.class)
class FrontLoopTest extends StoreContract {

    private final Protocol protocol;
    private final Backend backend;
    private final Stage stage;
    private boolean knowsRoom;

    FrontLoopTest(Protocol protocol, Backend backend, Stage stage) {
        this.protocol = protocol;
        this.backend = backend;
        this.stage = stage;
    }

    static Stream<Arguments> pairs() {
        return Protocol.readers()
                .flatMap(protocol -> Arrays.stream(Backend.values())
                        .filter(Backend::isInstalled)
                        .filter(backend -> isTold(protocol, backend) && isQuick(protocol, backend))
                        .map(backend -> Arguments.of(protocol, backend)));
    }

    /** Two protocols have no way to say that nothing can be written: what comes of it then is in {@link MatrixTest}. */
    private static boolean isTold(Protocol protocol, Backend backend) {
        return protocol == Protocol.HTTPFS || protocol == Protocol.JSONFS || backend.isWrittenBy(protocol);
    }

    /** The client of a device makes ETags of times, and would wait for the next second before most of the many files here. */
    private static boolean isQuick(Protocol protocol, Backend backend) {
        return protocol != Protocol.REPLAY || backend.tellsFractions();
    }

    @Override
    protected Store create() throws Exception {
        Stage.Served served = stage.empty(backend, protocol);
        knowsRoom = served.whole().has(Capability.SPACE);
        return stage.client(protocol, served);
    }

    @Override
    protected boolean knowsRoom() {
        return knowsRoom;
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
