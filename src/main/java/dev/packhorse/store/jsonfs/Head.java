package dev.packhorse.store.jsonfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.store.http.Answer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HeaderElement;
import org.apache.hc.core5.http.NameValuePair;
import org.apache.hc.core5.http.message.BasicHeaderValueParser;
import org.apache.hc.core5.http.message.ParserCursor;
import org.jspecify.annotations.Nullable;

/**
 * What the head of an answer says of an entry (PROTOCOL.md, Response Headers). What makes no sense is taken for not said.
 *
 * @param status 200 if it is there, 404 if not, any other if the server has not understood, or we have not
 * @param name what the entry is called
 * @param isDirectory whether it has a listing
 * @param size bytes; 0 if nobody says
 * @param modified {@code null} if nobody says
 * @param mode {@code null} if nobody says
 */
record Head(
        int status,
        String name,
        boolean isDirectory,
        long size,
        @Nullable Instant modified,
        @Nullable Mode mode) {

    static final String DIRECTORY = "application/vnd.httpfs.v1+json";

    /** Reads the head of an answer about a path. */
    static Head of(Answer answer, FsPath wire) {
        String name = name(answer.response().getFirstHeader("Content-Disposition"));
        return new Head(
                answer.status(),
                name == null || wire.isRoot() ? wire.name() : name,
                isDirectory(answer.header("Content-Type")),
                Math.max(0, answer.length()),
                modified(answer.header("Last-Modified")),
                mode(answer.header("Content-Permissions")));
    }

    boolean isThere() {
        return status == 200;
    }

    boolean isUnderstood() {
        return status == 200 || status == 404;
    }

    /** With parameters it is the same type here, though not for every client. */
    private static boolean isDirectory(@Nullable String type) {
        return type != null
                && type.replaceFirst(";.*", "").trim().toLowerCase(Locale.ROOT).equals(DIRECTORY);
    }

    private static @Nullable Instant modified(@Nullable String date) {
        try {
            return date == null ? null : DateUtils.parseStandardDate(date);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** "Octal format prefixed with a 0 (example: 0755)"; bits of a type before it are no matter. */
    private static @Nullable Mode mode(@Nullable String octal) {
        String text = octal == null ? "" : octal.trim();
        return text.matches("[0-7]{1,7}") ? Mode.ofBits(Integer.parseInt(text, 8)) : null;
    }

    /** "The filename attribute of the attachment disposition", if that can be the name of an entry. */
    private static @Nullable String name(@Nullable Header disposition) {
        if (disposition == null || disposition.getValue() == null) {
            return null;
        }
        String value = disposition.getValue();
        HeaderElement element =
                BasicHeaderValueParser.INSTANCE.parseHeaderElement(value, new ParserCursor(0, value.length()));
        NameValuePair filename = element.getParameterByName("filename");
        if (!element.getName().equalsIgnoreCase("attachment") || filename == null || filename.getValue() == null) {
            return null;
        }
        String name = filename.getValue();
        // One character a byte; servers send UTF-8.
        String utf8 = new String(name.getBytes(ISO_8859_1), UTF_8);
        return FsPath.isName(utf8) ? utf8 : FsPath.isName(name) ? name : null;
    }
}
