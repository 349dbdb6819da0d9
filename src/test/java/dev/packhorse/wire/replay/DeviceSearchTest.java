package dev.packhorse.wire.replay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceSearchTest {

    private static final String ST = "urn:replaytv-com:device:ReplayDevice:1";

    private static DeviceSearch search(String text) {
        return DeviceSearch.parse(text.getBytes(US_ASCII));
    }

    private static DeviceAnswer answer(String text) {
        return DeviceAnswer.parse(text.getBytes(US_ASCII));
    }

    private static Inet4Address address(String text) throws Exception {
        return (Inet4Address) InetAddress.getByName(text);
    }

    @Test
    void asksAsOldClientsDo() {
        assertThat(DeviceSearch.ANY.bytes())
                .asString(US_ASCII)
                .isEqualTo("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n"
                        + "ST: urn:replaytv-com:device:ReplayDevice:1\r\nMX: 3\r\n\r\n");
        assertThat(DeviceSearch.parse(DeviceSearch.ANY.bytes())).isEqualTo(DeviceSearch.ANY);
        assertThat(DeviceSearch.ANY.isForDevices()).isTrue();
    }

    @Test
    void theSearchOfWirnsIsOne() {
        DeviceSearch search = search("M-SEARCH * HTTP/1.1\r\nDate: Fri, 02 Jan 1970 13:53:05 GMT\r\n"
                + "HOST: 239.255.255.250:1900\r\nMAN: ssdp:discover\r\nMX: 10\r\nST: " + ST + "\r\n\r\n");

        assertThat(search).isEqualTo(new DeviceSearch(ST, 10));
        assertThat(search.isForDevices()).isTrue();
    }

    @Test
    void namesAreInAnyCaseAndTheWaitMayBeMissing() {
        assertThat(search("M-SEARCH * HTTP/1.0\nman:\"ssdp:discover\"\nSt:x\n")).isEqualTo(new DeviceSearch("x", 1));
        assertThat(new DeviceSearch("ssdp:all", 1).isForDevices()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "NOTIFY * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST: x\r\n\r\n",
                "M-SEARCH * HTTP/1.1\r\nST: x\r\n\r\n",
                "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\n\r\nST: x",
                "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST: x\r\nMX: 0\r\n\r\n",
                "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST: x\r\nMX: -3\r\n\r\n",
                "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST: x\r\nMX: soon\r\n\r\n",
                "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST: x y\r\n\r\n"
            })
    void refusesWhatIsNoSearch(String text) {
        assertThatThrownBy(() -> search(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLocationIsSpelledAsOldClientsReadIt() throws Exception {
        DeviceAnswer answer = new DeviceAnswer(address("192.168.100.200"), 80, "uuid:a74f4677");

        assertThat(answer.bytes())
                .asString(US_ASCII)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("\r\nLOCATION: http://192.168.100.200/Device_Descr.xml\r\n", "ReplayDevice")
                .contains("\r\nUSN: uuid:a74f4677::" + ST + "\r\n")
                .endsWith("\r\n\r\n");
        assertThat(DeviceAnswer.parse(answer.bytes())).isEqualTo(answer);
    }

    @Test
    void readsAnswersOfAnyShape() throws Exception {
        assertThat(answer("HTTP/1.0 200\nst: " + ST + "\nlocation:http://10.0.0.1:80/x.xml\n"))
                .isEqualTo(new DeviceAnswer(address("10.0.0.1"), 80, ""));
        DeviceAnswer elsewhere = new DeviceAnswer(address("10.0.0.1"), 8081, "uuid:x");
        assertThat(elsewhere.bytes())
                .asString(US_ASCII)
                .contains("LOCATION: http://10.0.0.1:8081/Device_Descr.xml\r\n");
        assertThat(DeviceAnswer.parse(elsewhere.bytes())).isEqualTo(elsewhere);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://10.0.0.1:0/Device_Descr.xml",
                "http://10.0.0.1:65536/Device_Descr.xml",
                "http://10.0.0.1:x/Device_Descr.xml",
                "http://10.0.0.256/Device_Descr.xml",
                "http://10.0.0.1@10.0.0.2/Device_Descr.xml",
                "http://localhost/Device_Descr.xml",
                "https://10.0.0.1/Device_Descr.xml",
                "file:///etc/hostname",
                "http://[::1]/Device_Descr.xml",
                ""
            })
    void refusesAnswersThatLeadElsewhere(String location) {
        assertThatThrownBy(() -> answer("HTTP/1.1 200 OK\r\nST: " + ST + "\r\nLOCATION: " + location + "\r\n\r\n"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAnswersOfOthers() {
        assertThatThrownBy(() -> answer("HTTP/1.1 200 OK\r\nST: urn:x\r\nLOCATION: http://10.0.0.1/\r\n\r\n"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> answer("HTTP/1.1 404 No\r\nST: " + ST + "\r\nLOCATION: http://10.0.0.1/\r\n\r\n"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> answer("HTTP/1.1 200 OK\r\n" + "x".repeat(3000)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whateverComesIsReadOrRefused() throws Exception {
        Random random = new Random(9);
        byte[][] good = {DeviceSearch.ANY.bytes(), new DeviceAnswer(address("10.0.0.1"), 80, "uuid:x").bytes()};
        int read = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] changed = Arrays.copyOf(good[i % 2], good[i % 2].length - (i % 5 == 0 ? random.nextInt(40) : 0));
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            try {
                if (i % 2 == 0) {
                    DeviceSearch search = DeviceSearch.parse(changed);
                    assertThat(DeviceSearch.parse(search.bytes())).isEqualTo(search);
                } else {
                    DeviceAnswer answer = DeviceAnswer.parse(changed);
                    assertThat(DeviceAnswer.parse(answer.bytes()).address()).isEqualTo(answer.address());
                }
                read++;
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotNull();
            }
        }
        assertThat(read).isPositive();
    }
}
