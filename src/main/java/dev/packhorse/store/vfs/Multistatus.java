package dev.packhorse.store.vfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.apache.hc.client5.http.utils.DateUtils;
import org.jspecify.annotations.Nullable;

/** The answers to a PROPFIND (RFC 4918, 14.16), one after the other as they come. One cut short throws. */
final class Multistatus {

    private static final String DAV = "DAV:";
    private static final XMLInputFactory XML = factory();

    private final XMLStreamReader reader;
    private final String operation;
    private final FsPath asked;

    /**
     * One answer.
     *
     * @param path decoded, with a slash at its end if the server put one
     */
    record Item(String path, boolean isDirectory, long size, Instant modified) {
        /** The node that it tells of, {@code null} if there is none. */
        Node node(FsPath as) {
            return new Node(
                    as,
                    isDirectory ? NodeType.DIRECTORY : NodeType.FILE,
                    isDirectory ? Mode.DIRECTORY_DEFAULT : Mode.FILE_DEFAULT,
                    isDirectory ? 0 : size,
                    modified,
                    Owner.ROOT,
                    null,
                    null,
                    null);
        }
    }

    /**
     * An answer that is about to come.
     *
     * @param operation what is being done, for failures
     * @param asked what it is done to, for failures
     */
    Multistatus(InputStream in, String operation, FsPath asked) throws IOException {
        this.operation = operation;
        this.asked = asked;
        try {
            this.reader = XML.createXMLStreamReader(in);
        } catch (XMLStreamException e) {
            throw failure(e);
        }
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    @Nullable
    Item next() throws IOException {
        try {
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamConstants.START_ELEMENT && is("response")) {
                    Item item = item();
                    if (item != null) {
                        return item;
                    }
                }
            }
            return null;
        } catch (XMLStreamException e) {
            throw failure(e);
        } catch (IllegalArgumentException e) {
            throw new IOException("an answer to PROPFIND makes no sense", e);
        }
    }

    private @Nullable Item item() throws XMLStreamException, FsException {
        String href = null;
        boolean isDirectory = false;
        int status = 200;
        long size = 0;
        Instant modified = Instant.EPOCH;
        boolean inProperties = false;
        while (true) {
            int event = reader.next();
            if (event == XMLStreamConstants.END_ELEMENT) {
                if (is("response")) {
                    break;
                }
                if (is("propstat")) {
                    inProperties = false;
                }
            } else if (event == XMLStreamConstants.START_ELEMENT && DAV.equals(reader.getNamespaceURI())) {
                switch (reader.getLocalName()) {
                    case "propstat" -> inProperties = true;
                    case "href" -> href = href == null ? reader.getElementText().trim() : href;
                    case "collection" -> isDirectory = true;
                    case "getcontentlength" -> {
                        String text = reader.getElementText().trim();
                        size = text.isEmpty() ? 0 : Long.parseLong(text);
                    }
                    case "getlastmodified" -> {
                        Instant time = DateUtils.parseStandardDate(
                                reader.getElementText().trim());
                        modified = time == null ? modified : time;
                    }
                    // Outside of a propstat it is about the whole resource.
                    case "status" -> status = inProperties ? status : status(reader.getElementText());
                    default -> {
                        // Of no use here.
                    }
                }
            }
        }
        if (href == null || status == 404 || status == 410) {
            return null;
        }
        if (status / 100 != 2) {
            throw Web.refused(status, operation, asked);
        }
        return new Item(VfsUri.decoded(path(href)), isDirectory, size, modified);
    }

    /** The number in a status line. */
    private static int status(String line) {
        return Integer.parseInt(line.trim().replaceFirst("^\\S+\\s+(\\d{3}).*", "$1"));
    }

    /** The path of a URI that need not be a correct one. */
    private static String path(String href) {
        int authority = href.indexOf("://");
        int slash = href.indexOf('/', authority < 0 ? 0 : authority + 3);
        return slash < 0 ? "/" : href.substring(slash);
    }

    private boolean is(String name) {
        return reader.getLocalName().equals(name) && DAV.equals(reader.getNamespaceURI());
    }

    /** The parser hides what happened to the stream. */
    private static IOException failure(XMLStreamException e) {
        return e.getNestedException() instanceof IOException io
                ? io
                : new IOException("an answer to PROPFIND is broken", e);
    }
}
