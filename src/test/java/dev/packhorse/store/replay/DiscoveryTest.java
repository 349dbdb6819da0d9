package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.store.replay.Discovery.Found;
import dev.packhorse.wire.replay.DeviceAnswer;
import dev.packhorse.wire.replay.DeviceDescription;
import dev.packhorse.wire.replay.DeviceSearch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Devices at 127.0.0.1 and others of that network; each answers by a socket of its own. */
class DiscoveryTest {

    /** Every search takes as long as its wait. */
    private static final Duration WAIT = Duration.ofSeconds(2);

    private static final Duration WAIT_FOR_NOTHING = Duration.ofMillis(700);
    private static final Duration FETCH = Duration.ofSeconds(20);

    private final List<DatagramSocket> sockets = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Whereabouts.Endpoint> asked = new CopyOnWriteArrayList<>();
    private final ConcurrentMap<InetAddress, PlainRequest> devices = new ConcurrentHashMap<>();

    @AfterEach
    void stop() throws InterruptedException {
        sockets.forEach(DatagramSocket::close);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static Inet4Address address(String text) throws IOException {
        return (Inet4Address) InetAddress.getByName(text);
    }

    private static PlainRequest describing(String name) {
        DeviceDescription description =
                new DeviceDescription(DeviceDescription.TYPE, name, "", "", "4080", "RTV1", "uuid:1", null);
        return target -> {
            assertThat(target).isEqualTo("/Device_Descr.xml");
            return new ByteArrayInputStream(description.xml());
        };
    }

    /** Listens for searches, and sends all these datagrams, each from an address. */
    private int answering(DatagramSocket listening, List<String> from, List<byte[]> answers) throws IOException {
        sockets.add(listening);
        List<DatagramSocket> senders = new ArrayList<>();
        for (String each : from) {
            DatagramSocket sender = new DatagramSocket(new InetSocketAddress(address(each), 0));
            sockets.add(sender);
            senders.add(sender);
        }
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
                    listening.receive(packet);
                    assertThat(Arrays.copyOf(packet.getData(), packet.getLength()))
                            .isEqualTo(DeviceSearch.ANY.bytes());
                    for (int i = 0; i < senders.size(); i++) {
                        senders.get(i)
                                .send(new DatagramPacket(
                                        answers.get(i), answers.get(i).length, packet.getSocketAddress()));
                    }
                }
            } catch (SocketException e) {
                // The test is over.
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        threads.add(thread);
        thread.start();
        return listening.getLocalPort();
    }

    private int answering(List<String> from, List<byte[]> answers) throws IOException {
        return answering(new DatagramSocket(new InetSocketAddress(address("127.0.0.1"), 0)), from, answers);
    }

    private List<Found> search(String group, int port) throws IOException {
        return search(group, port, WAIT, FETCH);
    }

    private List<Found> search(String group, int port, Duration wait, Duration fetch) throws IOException {
        NetworkInterface loopback = NetworkInterface.getByInetAddress(address("127.0.0.1"));
        return new Discovery(new Discovery.Setting(
                        List.of(loopback), new InetSocketAddress(InetAddress.getByName(group), port), fetch, at -> {
                            asked.add(at);
                            return devices.get(at.address().getAddress());
                        }))
                .search(wait);
    }

    private static byte[] answer(String location) throws IOException {
        return answer(location, 80);
    }

    private static byte[] answer(String location, int port) throws IOException {
        return new DeviceAnswer(address(location), port, "uuid:1").bytes();
    }

    @Test
    void devicesAreFoundOnceAndSortedByName() throws IOException {
        devices.put(address("127.0.0.2"), describing("Living Room"));
        devices.put(address("127.0.0.3"), describing("Attic"));
        devices.put(address("127.0.0.4"), describing("Attic"));
        int port = answering(
                List.of("127.0.0.2", "127.0.0.4", "127.0.0.3", "127.0.0.2"),
                List.of(answer("127.0.0.2"), answer("127.0.0.4"), answer("127.0.0.3"), answer("127.0.0.2")));

        List<Found> found = search("127.0.0.1", port);

        assertThat(found)
                .extracting(device ->
                        device.description().friendlyName() + " " + device.at().authority())
                .containsExactly("Attic 127.0.0.3", "Attic 127.0.0.4", "Living Room 127.0.0.2");
        assertThat(asked).doesNotHaveDuplicates();
        assertThat(Discovery.named("living room", found).at()).isEqualTo(Whereabouts.Endpoint.of("127.0.0.2", 80));
        assertThatThrownBy(() -> Discovery.named("Attic", found)).hasMessageContaining("more than one device");
        assertThatThrownBy(() -> Discovery.named("Cellar", found))
                .hasMessage("no device is called Cellar; found: Attic (127.0.0.3), Attic (127.0.0.4),"
                        + " Living Room (127.0.0.2)");
    }

    @Test
    void theGroupIsAsked() throws IOException {
        devices.put(address("127.0.0.1"), describing("Here"));
        InetAddress group = InetAddress.getByName("239.255.255.250");
        MulticastSocket listening = new MulticastSocket(0);
        listening.joinGroup(new InetSocketAddress(group, 0), NetworkInterface.getByInetAddress(address("127.0.0.1")));
        int port = answering(listening, List.of("127.0.0.1"), List.of(answer("127.0.0.1")));

        assertThat(search("239.255.255.250", port)).hasSize(1);
    }

    @Test
    void anAnswerCannotSendUsToSomebodyElse() throws IOException {
        int port = answering(List.of("127.0.0.2"), List.of(answer("192.0.2.1")));

        assertThat(search("127.0.0.1", port, WAIT_FOR_NOTHING, FETCH)).isEmpty();
        assertThat(asked).isEmpty();
    }

    @Test
    void aDeviceMayListenElsewhere() throws IOException {
        try (TestDevice first = new TestDevice();
                TestDevice second = new TestDevice()) {
            first.describes("520411140", "RTV1");
            second.describes("520411140", "RTV2");
            int port = answering(
                    List.of("127.0.0.1", "127.0.0.1"),
                    List.of(answer("127.0.0.1", first.port()), answer("127.0.0.1", second.port())));
            NetworkInterface loopback = NetworkInterface.getByInetAddress(address("127.0.0.1"));

            List<Found> found = new Discovery(new Discovery.Setting(
                            List.of(loopback),
                            new InetSocketAddress(address("127.0.0.1"), port),
                            FETCH,
                            Discovery::device))
                    .search(WAIT);

            assertThat(found)
                    .extracting(device -> device.description().serialNumber() + " "
                            + device.at().address().getPort())
                    .containsExactlyInAnyOrder("RTV1 " + first.port(), "RTV2 " + second.port());
        }
    }

    @Test
    void devicesThatDoNotDescribeThemselvesAreLeftOut() throws IOException {
        devices.put(address("127.0.0.2"), describing("Living Room"));
        devices.put(address("127.0.0.3"), target -> {
            throw new IOException("no");
        });
        devices.put(address("127.0.0.4"), target -> new ByteArrayInputStream("<html>".getBytes(US_ASCII)));
        devices.put(address("127.0.0.5"), target -> InputStream.nullInputStream());
        devices.put(address("127.0.0.6"), target -> new ByteArrayInputStream(new byte[1 << 20]));
        CountDownLatch closed = new CountDownLatch(1);
        devices.put(address("127.0.0.7"), target -> new Stalling(closed));
        List<String> all = List.of("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.7");
        List<byte[]> answers = new ArrayList<>();
        for (String each : all) {
            answers.add(answer(each));
        }

        List<Found> found = search("127.0.0.1", answering(all, answers), WAIT, Duration.ofSeconds(3));

        assertThat(found).extracting(Found::at).containsExactly(Whereabouts.Endpoint.of("127.0.0.2", 80));
        assertThat(closed.getCount()).isZero();
    }

    /** Gives nothing until it is closed. */
    private static final class Stalling extends InputStream {
        private final CountDownLatch closed;

        Stalling(CountDownLatch closed) {
            this.closed = closed;
        }

        @Override
        public int read() throws IOException {
            boolean interrupted = false;
            while (closed.getCount() > 0) {
                try {
                    closed.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("closed");
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return read();
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    @Test
    void aDescriptionIsFetchedAsDevicesServeIt() throws IOException {
        byte[] xml = new DeviceDescription(DeviceDescription.TYPE, "x", "", "", "4080", "RTV1", "uuid:1", null).xml();
        byte[] head = ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(xml.length)
                        + "\r\n")
                .getBytes(US_ASCII);
        byte[] all = Arrays.copyOf(head, head.length + xml.length + 7);
        System.arraycopy(xml, 0, all, head.length, xml.length);
        System.arraycopy("\r\n0\r\n\r\n".getBytes(US_ASCII), 0, all, head.length + xml.length, 7);
        try (Talk talk = new Talk(address("127.0.0.1"), all)) {
            devices.put(address("127.0.0.1"), talk.requests());

            List<Found> found = search("127.0.0.1", answering(List.of("127.0.0.1"), List.of(answer("127.0.0.1"))));

            assertThat(found)
                    .extracting(device -> device.description().serialNumber())
                    .containsExactly("RTV1");
            assertThat(talk.heard).singleElement().asString().startsWith("GET /Device_Descr.xml HTTP/1.1\r\n");
        }
    }

    @Test
    void withoutAnAnswerNothingIsFound() throws IOException {
        assertThat(search("127.0.0.1", answering(List.of(), List.of()), WAIT_FOR_NOTHING, FETCH))
                .isEmpty();
    }
}
