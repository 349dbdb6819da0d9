package dev.packhorse.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.wire.replay.DeviceAnswer;
import dev.packhorse.wire.replay.DeviceDescription;
import dev.packhorse.wire.replay.DeviceSearch;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SsdpResponderTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final String GROUP = "239.255.255.250";

    private final AtomicLong clock = new AtomicLong(-5);
    private final List<DatagramSocket> sockets = new ArrayList<>();
    private NetworkInterface loopback;
    private DeviceAnswer answer;
    private SsdpResponder responder;
    private DatagramSocket client;

    @BeforeEach
    void startOnLoopback() throws IOException {
        loopback = NetworkInterface.getByInetAddress(LOOPBACK);
        answer = new DeviceAnswer((Inet4Address) InetAddress.getLoopbackAddress(), 80, "uuid:x");
        responder = start(new SsdpResponder.Pace(Duration.ZERO, clock::get));
        client = socket();
    }

    private SsdpResponder start(SsdpResponder.Pace pace) throws IOException {
        return SsdpResponder.start(loopback, answer, new InetSocketAddress(InetAddress.getByName(GROUP), 0), pace);
    }

    private DatagramSocket socket() throws IOException {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
        socket.setSoTimeout(10_000);
        sockets.add(socket);
        return socket;
    }

    @AfterEach
    void close() {
        responder.close();
        sockets.forEach(DatagramSocket::close);
    }

    private void send(DatagramSocket from, byte[] datagram) throws IOException {
        from.send(new DatagramPacket(datagram, datagram.length, LOOPBACK, responder.port()));
    }

    private static byte[] receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        socket.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    @Test
    void aSearchIsAnswered() throws IOException {
        send(client, DeviceSearch.ANY.bytes());

        assertThat(receive(client)).isEqualTo(answer.bytes());
    }

    @Test
    void aSearchToTheGroupIsAnsweredByUnicast() throws IOException {
        client.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback);
        byte[] search = DeviceSearch.ANY.bytes();

        client.send(new DatagramPacket(search, search.length, InetAddress.getByName(GROUP), responder.port()));

        assertThat(receive(client)).isEqualTo(answer.bytes());
    }

    @Test
    void theSearchOfWirnsIsAnswered() throws IOException {
        send(
                client,
                ("M-SEARCH * HTTP/1.1\r\nDate: Fri, 02 Jan 1970 13:53:05 GMT\r\n"
                                + "Server: Unknown/0.0 UPnP/1.0 Virata-EmWeb/R6_0_1\r\nHOST: 239.255.255.250:1900\r\n"
                                + "MAN: ssdp:discover\r\nMX: 10\r\nST: " + DeviceDescription.TYPE + "\r\n\r\n")
                        .getBytes(US_ASCII));

        assertThat(receive(client)).isEqualTo(answer.bytes());
    }

    @Test
    void otherSearchesAndRubbishAreNotAnswered() throws IOException {
        DatagramSocket other = socket();
        send(other, new byte[0]);
        send(other, new byte[5000]);
        send(other, "hello".getBytes(US_ASCII));
        send(other, answer.bytes());
        send(other, new DeviceSearch("ssdp:all", 1).bytes());

        // What is sent later is answered, so the others have been read by then.
        send(client, DeviceSearch.ANY.bytes());
        receive(client);

        other.setSoTimeout(1);
        assertThatThrownBy(() -> receive(other)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void moreThanTenSearchesInASecondAreDropped() throws IOException {
        // Given a clock that stands still
        List<DatagramSocket> many = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            DatagramSocket one = socket();
            many.add(one);
            send(one, DeviceSearch.ANY.bytes());
        }
        for (DatagramSocket one : many.subList(0, SsdpResponder.PER_SECOND)) {
            receive(one);
        }

        // Then the others are not answered while it does
        for (DatagramSocket one : many.subList(SsdpResponder.PER_SECOND, many.size())) {
            one.setSoTimeout(20);
            assertThatThrownBy(() -> receive(one)).isInstanceOf(SocketTimeoutException.class);
        }

        // And a second later there are answers again
        clock.addAndGet(1_000_000_000L);
        send(client, DeviceSearch.ANY.bytes());
        receive(client);
    }

    @Test
    void anAnswerIsNoLongerThanOneDatagramAndComesWithinTheWait() throws IOException {
        responder.close();
        responder = start(new SsdpResponder.Pace(SsdpResponder.MAX_DELAY, System::nanoTime));

        // The search allows hours, and the socket ten seconds.
        send(client, new DeviceSearch(DeviceDescription.TYPE, 100_000).bytes());

        assertThat(receive(client)).hasSizeLessThan(512);
    }

    @Test
    void closingGivesThePortBack() throws IOException {
        int port = responder.port();

        responder.close();
        responder.close();

        new DatagramSocket(new InetSocketAddress(port)).close();
    }

    @Test
    void onlyNeighboursAreAnswered() throws IOException {
        assertThat(SsdpResponder.isNear(LOOPBACK, loopback.getInterfaceAddresses()))
                .isTrue();
        assertThat(SsdpResponder.isNear(
                        InetAddress.getByAddress(new byte[] {8, 8, 8, 8}), loopback.getInterfaceAddresses()))
                .isFalse();
        assertThat(SsdpResponder.isNear(InetAddress.getByAddress(new byte[16]), loopback.getInterfaceAddresses()))
                .isFalse();
    }
}
