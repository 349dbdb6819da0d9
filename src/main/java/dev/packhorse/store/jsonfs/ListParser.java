package dev.packhorse.store.jsonfs;

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
 * The entries of a directory, as they come: an object with arrays of names as {@code dirs} (PROTOCOL.md, Directories), as {@code
 * dir}, which the client of the protocol reads (INTEROP.md), or as both; names of directories have a slash at their end.
 *
 * <p>One entry is in memory, and one that is in both arrays comes twice. What is no name is left out: with another slash, {@code ..}, what
 * {@link FsPath} refuses, what is no text. A text longer than {@value #LONGEST} characters, a listing of more than 1 GiB, deep nesting, an
 * object without both, anything behind it, and above all the end before the end are failures.
 */
final class ListParser {

    /** More than any name has, were each of its characters six bytes. */
    private static final int LONGEST = 6 * FsPath.MAX_BYTES;

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(LONGEST)
                    .maxNameLength(LONGEST)
                    .maxNestingDepth(8)
                    .maxDocumentLength(1L << 30)
                    .build())
            .build();

    private final FsPath directory;
    private final JsonParser parser;
    private boolean within;
    private boolean found;
    private boolean ended;

    /**
     * Begins a listing.
     *
     * @param in the answer of the server; closed by whoever has opened it
     * @throws IOException if it is no object
     */
    ListParser(InputStream in, FsPath directory) throws IOException {
        this.directory = directory;
        this.parser = JSON.createParser(in);
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("the listing of the server is no object");
        }
    }

    /** One child. */
    record Entry(FsPath path, boolean isDirectory) {}

    /** The next child, {@code null} behind the last, when all of the listing has been read. */
    @Nullable
    Entry next() throws IOException {
        while (!ended) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw new IOException("the listing of the server ends early");
            }
            if (!within) {
                field(token);
            } else if (token == JsonToken.END_ARRAY) {
                within = false;
            } else if (token == JsonToken.VALUE_STRING) {
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

    private void field(JsonToken token) throws IOException {
        if (token == JsonToken.END_OBJECT) {
            ended = true;
            if (parser.nextToken() != null) {
                throw new IOException("the listing of the server goes on behind its end");
            }
            if (!found) {
                throw new IOException("the listing of the server has neither dirs nor dir");
            }
            return;
        }
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (!name.equals("dirs") && !name.equals("dir")) {
            parser.skipChildren();
            return;
        }
        // Null is what Go makes of an empty list.
        if (value != JsonToken.START_ARRAY && value != JsonToken.VALUE_NULL) {
            throw new IOException("the listing of the server is no array");
        }
        within = value == JsonToken.START_ARRAY;
        found = true;
    }

    private @Nullable Entry entry(String text) {
        boolean isDirectory = text.endsWith("/");
        try {
            return new Entry(directory.child(isDirectory ? text.substring(0, text.length() - 1) : text), isDirectory);
        } catch (FsException e) {
            // Of a name, or a length, that nobody could ask for.
            return null;
        }
    }
}
