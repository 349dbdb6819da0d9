package dev.packhorse.wire.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * What a device says of itself at {@value #TARGET} (INTEROP section 6).
 *
 * <p>No value holds a control character, and as XML all of them together stay under {@value #LIMIT} bytes, which old clients have
 * room for.
 *
 * @param deviceType {@link #TYPE}
 * @param friendlyName what its owner called it: {@code Living Room}
 * @param modelNumber {@code 4080} for instance; 4999 is the program DVArchive, 4998 is WiRNS
 * @param serialNumber what the guide protocol wants to be told
 * @param udn unique name, {@code uuid:...}
 * @param version as the device writes it, see {@link SoftwareVersion#parse}; {@code null} where it does not, as the 4000 series
 */
public record DeviceDescription(
        String deviceType,
        String friendlyName,
        String modelDescription,
        String modelName,
        String modelNumber,
        String serialNumber,
        String udn,
        @Nullable String version) {

    /** The type of every ReplayTV, and what is searched for by SSDP. */
    public static final String TYPE = "urn:replaytv-com:device:ReplayDevice:1";

    /** Where a description is asked for. */
    public static final String TARGET = "/Device_Descr.xml";

    private static final int LIMIT = 2048;

    /** Longest document that is read. */
    public static final int MAX_DOCUMENT = 64 * 1024;

    /** An ampersand that begins no reference: owners type them into names, and devices hand them on as they are. */
    private static final Pattern BARE = Pattern.compile("&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)");

    private static final Pattern CONTROLS = Pattern.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]");

    private static final XMLInputFactory XML = factory();

    public DeviceDescription {
        String xml = document(
                deviceType, friendlyName, modelDescription, modelName, modelNumber, serialNumber, udn, version);
        if (xml.chars().anyMatch(c -> c != '\n' && Character.isISOControl(c))
                || xml.chars().anyMatch(c -> c >= 0xfffe)) {
            throw new IllegalArgumentException("a control character in the description of a device");
        }
        if (!UTF_8.newEncoder().canEncode(xml)) {
            throw new IllegalArgumentException("half a character in the description of a device");
        }
        if (xml.getBytes(UTF_8).length >= LIMIT) {
            throw new IllegalArgumentException("the description of a device is too long");
        }
    }

    /** Which software the device runs, or {@link SoftwareVersion#DEFAULT} if it does not say, or says it in another way. */
    public SoftwareVersion softwareVersion() {
        if (version == null) {
            return SoftwareVersion.DEFAULT;
        }
        try {
            return SoftwareVersion.parse(version);
        } catch (IllegalArgumentException e) {
            return SoftwareVersion.DEFAULT;
        }
    }

    /** The document: UTF-8, each element on a line of its own and without attributes, as old clients search for them. */
    public byte[] xml() {
        return document(deviceType, friendlyName, modelDescription, modelName, modelNumber, serialNumber, udn, version)
                .getBytes(UTF_8);
    }

    private static String document(
            String deviceType,
            String friendlyName,
            String modelDescription,
            String modelName,
            String modelNumber,
            String serialNumber,
            String udn,
            @Nullable String version) {
        return "<?xml version=\"1.0\"?>\n"
                + "<root xmlns=\"urn:schemas-upnp-org:device-1-0\">\n"
                + "<specVersion><major>1</major><minor>0</minor></specVersion>\n"
                + "<device>\n"
                + element("deviceType", deviceType)
                + element("friendlyName", friendlyName)
                + element("modelDescription", modelDescription)
                + element("modelName", modelName)
                + element("modelNumber", modelNumber)
                + element("serialNumber", serialNumber)
                + element("UDN", udn)
                + (version == null ? "" : element("version", version))
                + "</device>\n"
                + "</root>\n";
    }

    private static String element(String name, String text) {
        if (text.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a control character in the description of a device");
        }
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return "<" + name + ">" + escaped + "</" + name + ">\n";
    }

    /**
     * Reads a description.
     *
     * <p>Tolerant: UTF-8 or else Latin-1, with bare ampersands, control characters and anything behind the root element. Of an
     * element that comes twice the first counts, white space in it is one blank. Elements that are missing are empty, except for
     * {@code version}, which is {@code null}, and {@code deviceType}, without which it is the description of something else. A
     * document type is refused, and nothing is ever fetched.
     *
     * @throws IllegalArgumentException if this is no description of a device
     */
    public static DeviceDescription parse(byte[] document) {
        if (document.length > MAX_DOCUMENT) {
            throw new IllegalArgumentException("the description of a device is too long");
        }
        String text = CONTROLS.matcher(decoded(document)).replaceAll(" ").strip();
        Map<String, String> values = values(BARE.matcher(text).replaceAll("&amp;"));
        String type = values.get("deviceType");
        if (type == null || type.isEmpty()) {
            throw new IllegalArgumentException("no device is described");
        }
        return new DeviceDescription(
                type,
                values.getOrDefault("friendlyName", ""),
                values.getOrDefault("modelDescription", ""),
                values.getOrDefault("modelName", ""),
                values.getOrDefault("modelNumber", ""),
                values.getOrDefault("serialNumber", ""),
                values.getOrDefault("UDN", ""),
                values.get("version"));
    }

    private static String decoded(byte[] document) {
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(document)).toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            return new String(document, ISO_8859_1);
        }
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        // A prefix that nobody declared is no reason to refuse a device.
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        return factory;
    }

    /** The text of each element that holds nothing but text, up to the end of the root. */
    private static Map<String, String> values(String document) {
        Map<String, String> values = new HashMap<>();
        try {
            XMLStreamReader reader = XML.createXMLStreamReader(new StringReader(document));
            StringBuilder text = new StringBuilder();
            boolean leaf = false;
            int depth = 0;
            do {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        depth++;
                        leaf = true;
                        text.setLength(0);
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(reader.getText());
                    case XMLStreamConstants.END_ELEMENT -> {
                        depth--;
                        if (leaf) {
                            values.putIfAbsent(reader.getLocalName(), oneLine(text));
                        }
                        leaf = false;
                    }
                    case XMLStreamConstants.DTD ->
                        throw new IllegalArgumentException("a document type in the description of a device");
                    default -> {
                        // Comments and instructions say nothing here.
                    }
                }
            } while (depth > 0 || (values.isEmpty() && reader.hasNext()));
            reader.close();
            return values;
        } catch (XMLStreamException e) {
            throw new IllegalArgumentException("the description of a device is broken", e);
        }
    }

    private static String oneLine(CharSequence text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return line.toString().strip().replaceAll(" +", " ");
    }
}
