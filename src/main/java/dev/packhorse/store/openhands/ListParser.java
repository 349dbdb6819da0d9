package dev.packhorse.store.openhands;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a list, as they come: a JSON array of paths from the root of the server without a leading slash, those of
 * directories with a slash at their end (HTTP-FILESTORE.md; INTEROP section 1).
 *
 * <p>One entry is in memory. What is no child of the directory is left out: paths from elsewhere or of a deeper level, names
 * that {@link FsPath} refuses, what is no text. A text longer than {@value #LONGEST} characters, a list of more than 4 GiB, deep nesting,
 * another value than an array, something behind it, and above all the end before the end are failures.
 */
final class ListParser {

    /** More than any path has, were each of its characters six bytes. */
    private static final int LONGEST = 6 * FsPath.MAX_BYTES;

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(LONGEST)
                    .maxNestingDepth(8)
                    .maxDocumentLength(4L << 30)
                    .build())
            .build();

    private final FsPath directory;
    private final String prefix;
    private final JsonParser parser;
    private boolean ended;
    private boolean hasAny;

    /**
     * Begins a list.
     *
     * @param in the answer of the server; closed by whoever has opened it
     * @throws IOException if it is no array
     */
    ListParser(InputStream in, FsPath directory) throws IOException {
        this.directory = directory;
        this.prefix = directory.isRoot() ? "" : directory.toString().substring(1) + "/";
        this.parser = JSON.createParser(in);
        if (parser.nextToken() != JsonToken.START_ARRAY) {
            throw new IOException("the list of the server is no array");
        }
    }

    /** One child. */
    record Entry(FsPath path, boolean isDirectory) {}

    /** The next child, {@code null} behind the last, when all of the list has been read. */
    @Nullable
    Entry next() throws IOException {
        while (!ended) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw new IOException("the list of the server ends early");
            }
            if (token == JsonToken.END_ARRAY) {
                ended = true;
                if (parser.nextToken() != null) {
                    throw new IOException("the list of the server goes on behind its end");
                }
                return null;
            }
            hasAny = true;
            if (token == JsonToken.VALUE_STRING) {
                Entry entry = entry(parser.getText());
                if (entry != null) {
                    return entry;
                }
            } else {
                parser.skipChildren();
            }
        }
        return null;
    }

    /** Whether there was something in the list so far, left out or not. */
    boolean hasAny() {
        return hasAny;
    }

    private @Nullable Entry entry(String text) {
        boolean isDirectory = text.endsWith("/");
        int end = isDirectory ? text.length() - 1 : text.length();
        if (!text.startsWith(prefix) || end <= prefix.length()) {
            return null;
        }
        try {
            return new Entry(directory.child(text.substring(prefix.length(), end)), isDirectory);
        } catch (FsException e) {
            // Of a name, or a length, that nobody could ask for.
            return null;
        }
    }
}
