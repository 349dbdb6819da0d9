package dev.packhorse.front.openhands;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Permissions;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/**
 * A batch on its way from a request into the spool.
 *
 * <p>STORAGE.md, "Batched Webhook Protocol": an array of objects with {@code method}, {@code path}, {@code content} and
 * {@code encoding}, in any order; what else an object has is skipped. An item that makes no sense is left out and told; what is not
 * JSON to its end leaves out all of it.
 */
final class Batch {

    /** Characters of a text that is no content; a path has 4096 bytes at most. */
    private static final int LONGEST = 4096;

    private final JsonReader json;
    private final DeliveryWriter spooled;
    private final Permissions permissions;
    private final Writer content;
    private final Refusals refusals = new Refusals();

    private @Nullable String method;
    private @Nullable String path;
    private @Nullable String encoding;
    private boolean hasContent;
    /** Why the item makes no sense. */
    private @Nullable String fault;

    private Batch(InputStream in, DeliveryWriter spooled, Permissions permissions) {
        this.json = new JsonReader(new InputStreamReader(in, UTF_8.newDecoder()));
        this.spooled = spooled;
        this.permissions = permissions;
        this.content = new OutputStreamWriter(spooled, UTF_8);
    }

    /**
     * Reads a batch.
     *
     * @param permissions of who sends it; what they do not allow is left out
     * @return the items that were left out
     * @throws JsonReader.Malformed if it is no JSON array
     * @throws java.nio.charset.CharacterCodingException if it is not UTF-8
     */
    static Refusals read(InputStream in, DeliveryWriter spooled, Permissions permissions) throws IOException {
        return new Batch(in, spooled, permissions).items();
    }

    private Refusals items() throws IOException {
        json.expect('[');
        if (!json.took(']')) {
            long item = 0;
            do {
                item(item++);
            } while (json.took(','));
            json.expect(']');
        }
        json.expectEnd();
        return refusals;
    }

    private void item(long number) throws IOException {
        method = null;
        path = null;
        encoding = null;
        hasContent = false;
        fault = null;
        spooled.begin();
        if (json.took('{')) {
            if (!json.took('}')) {
                do {
                    field();
                } while (json.took(','));
                json.expect('}');
            }
        } else {
            json.skip();
            fault("Not An Object");
        }
        content.flush();
        end();
        if (fault != null) {
            spooled.drop();
            refusals.add(number, path, fault);
        }
    }

    /** The first fault is the one that is told. */
    private void fault(String reason) {
        if (fault == null) {
            fault = reason;
        }
    }

    private void field() throws IOException {
        Line name = new Line();
        json.string(name);
        json.expect(':');
        switch (name.toString()) {
            case "method" -> method = text(method);
            case "path" -> path = text(path);
            case "encoding" -> encoding = text(encoding);
            case "content" -> content();
            default -> json.skip();
        }
    }

    /** A text, {@code null} for JSON's null. */
    private @Nullable String text(@Nullable String before) throws IOException {
        if (before != null) {
            fault("A Name Twice");
        }
        if (!json.isNext('"')) {
            skipNull();
            return before;
        }
        Line line = new Line();
        if (!json.string(line) || line.overlong) {
            fault(line.overlong ? "Text Too Long" : "Not Unicode");
        }
        return line.toString();
    }

    private void skipNull() throws IOException {
        if (!json.isNext('n')) {
            fault("Not A Text");
        }
        json.skip();
    }

    private void content() throws IOException {
        if (!json.isNext('"')) {
            skipNull();
            return;
        }
        if (hasContent) {
            fault("A Name Twice");
        }
        hasContent = true;
        if (!json.string(fault == null ? content : null)) {
            fault("Not Unicode");
        }
    }

    private void end() throws IOException {
        if (fault != null) {
            return;
        }
        if (method == null || path == null) {
            fault(method == null ? "No Method" : "No Path");
            return;
        }
        boolean writes = method.equals("POST");
        if (!writes && !method.equals("DELETE")) {
            fault("Unknown Method");
        } else if (encoding != null && !encoding.equals("base64")) {
            fault("Unknown Encoding");
        } else if (writes && !hasContent) {
            fault("No Content");
        } else if (writes) {
            written(path, encoding != null);
        } else {
            FsPath parsed = parsed(path);
            if (parsed != null && allowed(permissions.mayRemove(parsed))) {
                spooled.end(Change.Kind.REMOVED, parsed, 0);
            }
        }
    }

    private void written(String where, boolean base64) throws IOException {
        FsPath parsed = parsed(where);
        if (parsed == null) {
            return;
        }
        if (parsed.isRoot() || where.endsWith("/")) {
            fault("Path Of A Directory");
        } else if (!allowed(permissions.mayWrite(parsed))) {
            return;
        } else if (!base64) {
            spooled.end(Change.Kind.WRITTEN, parsed, spooled.stored());
        } else {
            long length = decodedLength();
            if (length >= 0) {
                spooled.end(Change.Kind.WRITTEN_BASE64, parsed, length);
            }
        }
    }

    private boolean allowed(boolean allowed) {
        if (!allowed) {
            fault("Forbidden");
        }
        return allowed;
    }

    private @Nullable FsPath parsed(String text) {
        try {
            return FsPath.parse("/" + text);
        } catch (FsException e) {
            fault("Invalid Path");
            return null;
        }
    }

    /** Bytes that the content has when it is decoded; -1 if it is not base64. */
    private long decodedLength() throws IOException {
        try (InputStream in = new Base64Stream(spooled.content())) {
            return in.transferTo(OutputStream.nullOutputStream());
        } catch (Base64Stream.Broken e) {
            fault("Broken Base64");
            return -1;
        }
    }

    /** A text of bounded length. */
    private static final class Line extends Writer {
        private final StringBuilder text = new StringBuilder();
        private boolean overlong;

        @Override
        public void write(char[] characters, int offset, int length) {
            int room = Math.min(length, LONGEST - text.length());
            text.append(characters, offset, room);
            overlong |= room < length;
        }

        @Override
        public void flush() {
            // Nothing is held back.
        }

        @Override
        public void close() {
            // Nothing is held.
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
