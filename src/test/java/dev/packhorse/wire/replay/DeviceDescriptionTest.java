package dev.packhorse.wire.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceDescriptionTest {

    private static final DeviceDescription LIVING_ROOM = new DeviceDescription(
            DeviceDescription.TYPE,
            "Mom & Dad's <Living Room> \u00e9\ud83d\udcfa",
            "ReplayTV 4080",
            "ReplayTV",
            "4080",
            "RTV4080K1A13141516",
            "uuid:01234567-89ab-cdef-0123-456789abcdef",
            "520411140");

    private static DeviceDescription parse(String document) {
        return DeviceDescription.parse(document.getBytes(UTF_8));
    }

    @Test
    void writesEachElementOnALineOfItsOwn() {
        assertThat(new String(LIVING_ROOM.xml(), UTF_8))
                .startsWith("<?xml version=\"1.0\"?>\n<root xmlns=\"urn:schemas-upnp-org:device-1-0\">\n")
                .contains(
                        "\n<deviceType>urn:replaytv-com:device:ReplayDevice:1</deviceType>\n",
                        "\n<friendlyName>Mom &amp; Dad's &lt;Living Room&gt; \u00e9\ud83d\udcfa</friendlyName>\n",
                        "\n<modelNumber>4080</modelNumber>\n",
                        "\n<UDN>uuid:01234567-89ab-cdef-0123-456789abcdef</UDN>\n",
                        "\n<version>520411140</version>\n");
        assertThat(LIVING_ROOM.xml()).hasSizeLessThan(2048);
    }

    @Test
    void readsWhatItWrites() {
        assertThat(DeviceDescription.parse(LIVING_ROOM.xml())).isEqualTo(LIVING_ROOM);
    }

    @Test
    void readsWhatDevicesWriteWrongly() {
        // Given Latin-1, a bare ampersand, an unknown prefix, a control character, an inner device and something behind
        // the end.
        byte[] document = ("  <root><device><deviceType> urn:replaytv-com:device:ReplayDevice:1\r\n</deviceType>"
                        + "<friendlyName>Caf\u00e9 & B&amp;B&#33;\u0001</friendlyName><x:y>1</x:y><!-- -->"
                        + "<modelNumber><![CDATA[4]]>080</modelNumber><modelName/>"
                        + "<deviceList><device><friendlyName>other</friendlyName></device></deviceList>"
                        + "</device></root>\0\0 junk <")
                .getBytes(ISO_8859_1);

        DeviceDescription description = DeviceDescription.parse(document);

        assertThat(description)
                .isEqualTo(new DeviceDescription(
                        DeviceDescription.TYPE, "Caf\u00e9 & B&B!", "", "", "4080", "", "", null));
    }

    @Test
    void aMarkAtTheBeginningIsPassedOver() {
        assertThat(parse("\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?><root><deviceType>x</deviceType></root>")
                        .deviceType())
                .isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nothing",
                "<root>",
                "<root></root>",
                "<root><deviceType></deviceType></root>",
                "<root><friendlyName>x</friendlyName></root>",
                "<!DOCTYPE root><root><deviceType>x</deviceType></root>",
                "<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><r><deviceType>&e;</deviceType></r>",
                "<!DOCTYPE r SYSTEM \"http://127.0.0.1:1/x.dtd\"><r><deviceType>x</deviceType></r>",
                "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><r><deviceType>&b;</deviceType></r>",
                "<r><deviceType>x</wrong></r>"
            })
    void refusesWhatIsNoDescription(String document) {
        assertThatThrownBy(() -> parse(document)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anEntityIsOnlyText() {
        assertThat(parse("<r><deviceType>&e;</deviceType></r>").deviceType()).isEqualTo("&e;");
    }

    @Test
    void refusesADocumentThatIsTooLong() {
        String longest = "<r><deviceType>x</deviceType>" + " ".repeat(DeviceDescription.MAX_DOCUMENT);

        assertThatThrownBy(() -> parse(longest + "</r>")).hasMessageContaining("too long");
        assertThatThrownBy(() -> parse("<r><deviceType>" + "x".repeat(2048) + "</deviceType></r>"))
                .hasMessageContaining("too long");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\0b", "a\u007fb", "a\u0085b", "\ud800", "\uffff"})
    void refusesWhatXmlCannotSay(String name) {
        assertThatThrownBy(() -> new DeviceDescription("t", name, "", "", "", "", "", null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesWhatOldClientsHaveNoRoomFor() {
        assertThatThrownBy(() -> new DeviceDescription("t", "&".repeat(400), "", "", "", "", "", null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "520411140, 4.1.1.140, false",
        "520430263, 4.3.0.263, true",
        "520431012, 4.3.1.12, true",
        "530511144, 5.1.1.144, true",
        "4.1, 4.1.0.0, false",
        "4.3, 4.3.0.0, true",
        "4.2.9.999, 4.2.9.999, false",
        "4.10, 4.10.0.0, true"
    })
    void readsVersions(String text, String version, boolean encrypts) {
        assertThat(SoftwareVersion.parse(text)).hasToString(version);
        assertThat(SoftwareVersion.parse(text).encrypts()).isEqualTo(encrypts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4", "520", "520411", "540411140", "4.x", "-4.3", "52041114012345678", "4.3.0.0.0"})
    void refusesWhatIsNoVersion(String text) {
        assertThatThrownBy(() -> SoftwareVersion.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDeviceThatDoesNotTellItsVersionIsTakenForTheFirstThatEncrypts() {
        assertThat(parse("<r><deviceType>x</deviceType></r>").softwareVersion()).isEqualTo(SoftwareVersion.DEFAULT);
        assertThat(parse("<r><deviceType>x</deviceType><version>new</version></r>")
                        .softwareVersion())
                .isEqualTo(SoftwareVersion.DEFAULT);
        assertThat(LIVING_ROOM.softwareVersion()).isEqualTo(new SoftwareVersion(4, 1, 1, 140));
    }

    @Test
    void whateverComesIsADescriptionOrRefused() {
        Random random = new Random(6);
        byte[] good = LIVING_ROOM.xml();
        int read = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] changed = good.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            try {
                DeviceDescription description = DeviceDescription.parse(changed);
                assertThat(DeviceDescription.parse(description.xml())).isEqualTo(description);
                read++;
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotNull();
            }
        }
        assertThat(read).isPositive();
    }
}
