package dev.packhorse.store.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.RecordedLog;
import dev.packhorse.wire.replay.DeviceDescription;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class WantedTest {

    private final List<Discovery.Found> network = new ArrayList<>();
    private int searches;
    private long nanos = Long.MAX_VALUE - 5;
    private final Wanted wanted = new Wanted(
            "living room",
            () -> {
                searches++;
                return List.copyOf(network);
            },
            () -> nanos);

    private void has(String name, String address) throws IOException {
        has(name, address, 80);
    }

    private void has(String name, String address, int port) throws IOException {
        network.add(new Discovery.Found(
                Whereabouts.Endpoint.of(address, port),
                new DeviceDescription(DeviceDescription.TYPE, name, "", "", "4080", "", "uuid:" + name, null)));
    }

    @Test
    void oneSearchFindsTheDeviceByItsName() throws IOException {
        has("Kitchen", "10.0.0.2");
        has("Living Room", "10.0.0.3");

        assertThat(wanted.find()).isEqualTo(Whereabouts.Endpoint.of("10.0.0.3", 80));
        assertThat(wanted.find().host()).isEqualTo("10.0.0.3");
        assertThat(searches).isEqualTo(1);
    }

    @Test
    void whatIsFoundIsListedWithItsName() throws IOException {
        has("Kitchen", "10.0.0.2");
        has("Living Room", "10.0.0.3", 8081);

        try (RecordedLog log = new RecordedLog(Wanted.class.getName(), Level.INFO)) {
            assertThat(wanted.find()).isEqualTo(Whereabouts.Endpoint.of("10.0.0.3", 8081));
            assertThat(log.records())
                    .extracting(LogRecord::getMessage)
                    .containsExactly(
                            "found a ReplayTV name=\"Kitchen\" at=10.0.0.2 model=4080",
                            "found a ReplayTV name=\"Living Room\" at=10.0.0.3:8081 model=4080");
        }
    }

    @Test
    void aDeviceThatMovedIsSearchedForAgain() throws IOException {
        has("Living Room", "10.0.0.3");
        Whereabouts.Endpoint old = wanted.find();
        network.clear();
        has("Living Room", "10.0.0.9");

        wanted.lost(old);

        assertThat(wanted.find().host()).isEqualTo("10.0.0.9");
        wanted.lost(old);
        assertThat(wanted.find().host()).as("lost where it no longer is").isEqualTo("10.0.0.9");
        assertThat(searches).isEqualTo(2);
    }

    @Test
    void afterASearchInVainThereIsNoneForAWhile() throws IOException {
        has("Kitchen", "10.0.0.2");

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(wanted::find)
                    .isInstanceOf(LostException.class)
                    .hasMessage("no device is called living room; found: Kitchen (10.0.0.2)");
        }
        assertThat(searches).isEqualTo(1);

        nanos += Duration.ofSeconds(30).toNanos();
        has("LIVING ROOM", "10.0.0.3");
        assertThat(wanted.find().host()).isEqualTo("10.0.0.3");
    }
}
