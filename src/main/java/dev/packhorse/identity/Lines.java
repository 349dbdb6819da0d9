package dev.packhorse.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The lines of one file of identities: UTF-8, {@code #} begins a line that says nothing, as does an empty one. */
final class Lines {

    /** More is no file of identities. */
    static final int MAX_BYTES = 16 << 20;

    /** Makes something of a line. */
    interface Reader {

        /**
         * Takes one line.
         *
         * @throws IllegalArgumentException saying what is wrong with it, without its secrets
         */
        void read(String line);
    }

    private final String what;
    private final Path file;

    /**
     * The lines of a file.
     *
     * @param what messages call it: {@code users file}
     */
    Lines(String what, Path file) {
        this.what = what;
        this.file = file;
    }

    /**
     * Gives each line that says something to a reader.
     *
     * @throws IOException with file, number and what the reader found wrong
     */
    void forEach(byte[] content, Reader reader) throws IOException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException(what + " " + file + " is not UTF-8", e);
        }
        String[] lines = text.split("\r?\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (!says(line)) {
                continue;
            }
            try {
                reader.read(line);
            } catch (IllegalArgumentException e) {
                throw new IOException(what + " " + file + ", line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
    }

    /** Whether a line says something. */
    static boolean says(String line) {
        return !line.isBlank() && line.strip().charAt(0) != '#';
    }

    /** Whether a file may be half-written: empty, or ending within a line. */
    static boolean looksUnfinished(byte @Nullable [] content) {
        return content != null && (content.length == 0 || content[content.length - 1] != '\n');
    }
}
