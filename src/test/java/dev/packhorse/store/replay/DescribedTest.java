package dev.packhorse.store.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.DeadPort;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.wire.replay.SoftwareVersion;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescribedTest {

    private static final String PLAIN = "520411140";
    private static final String ENCRYPTED = "520430000";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    private long nanos = Long.MAX_VALUE - 5;

    private ReplayStore lazily(int port) throws IOException {
        return ReplayStore.lazily("127.0.0.1", port, FsPath.parse("/Photo"), TestOptions.plain(temp, null));
    }

    private Described described(int port) {
        return new Described(
                () -> Connection.open(
                        Whereabouts.Endpoint.of("127.0.0.1", port), DeviceFixture.SOON, DeviceFixture.SOON, () -> {}),
                DeviceFixture.SOON,
                () -> nanos);
    }

    @Test
    void aDeviceIsAskedOnceWhatItIs() throws IOException {
        for (String version : new String[] {PLAIN, ENCRYPTED}) {
            try (TestDevice device = new TestDevice()) {
                device.describes(version, "RTV1");
                try (ReplayStore store = lazily(device.port())) {
                    assertThat(device.askedForDescription()).isZero();
                    store.stat(FsPath.ROOT);
                    store.space();
                    assertThat(store.serial()).isEqualTo("RTV1");
                }
                assertThat(device.askedForDescription()).isEqualTo(1);
                assertThat(device.requests())
                        .isNotEmpty()
                        .allMatch(each -> each.encrypted() == version.equals(ENCRYPTED));
            }
        }
    }

    @Test
    void aDeviceThatIsOffAtFirstIsAskedWhenItIsThere() throws IOException {
        DeadPort dead = new DeadPort();
        try (ReplayStore store = lazily(dead.port())) {
            DeviceFixture.assertFails(Kind.UNAVAILABLE, () -> store.stat(FsPath.ROOT));
            int port = dead.port();
            dead.close();
            try (TestDevice device = new TestDevice(port)) {
                device.describes(PLAIN, "RTV1");
                store.stat(FsPath.ROOT);
                assertThat(device.requests()).isNotEmpty().noneMatch(TestDevice.Request::encrypted);
            }
        }
    }

    @Test
    void aDeviceThatWasAwayMayHaveOtherSoftware() throws IOException {
        TestDevice first = new TestDevice();
        int port = first.port();
        try (ReplayStore store = lazily(port)) {
            first.describes(ENCRYPTED, "RTV1");
            store.space();
            first.close();
            try (DeadPort dead = new DeadPort(port)) {
                assertThat(dead.port()).isEqualTo(port);
                DeviceFixture.assertFails(Kind.UNAVAILABLE, store::space);
            }
            try (TestDevice device = new TestDevice(port)) {
                device.describes(PLAIN, "RTV2");
                store.space();
                assertThat(device.requests()).isNotEmpty().noneMatch(TestDevice.Request::encrypted);
                assertThat(store.serial()).isEqualTo("RTV2");
            }
        }
    }

    @Test
    void aDeviceThatDoesNotSayIsAskedAgainAfterAWhile() throws IOException {
        try (TestDevice device = new TestDevice()) {
            Described described = described(device.port());
            assertThat(described.version()).isEqualTo(SoftwareVersion.DEFAULT);
            assertThat(described.serial()).isEqualTo(ShowsOptions.ANY_SERIAL);
            assertThat(device.askedForDescription()).isEqualTo(1);

            device.describes(PLAIN, "no number");
            nanos += Described.AGAIN.toNanos();

            assertThat(described.version()).isEqualTo(new SoftwareVersion(4, 1, 1, 140));
            assertThat(described.serial()).isEqualTo(ShowsOptions.ANY_SERIAL);
            nanos += 10 * Described.AGAIN.toNanos();
            assertThat(described.version()).isEqualTo(new SoftwareVersion(4, 1, 1, 140));
            assertThat(device.askedForDescription()).isEqualTo(2);
        }
    }

    @Test
    void nobodyKnowsWhatADeviceIsThatIsNotThere() throws IOException {
        try (DeadPort dead = new DeadPort()) {
            assertThatThrownBy(described(dead.port())::version).isInstanceOf(LostException.class);
        }
    }
}
