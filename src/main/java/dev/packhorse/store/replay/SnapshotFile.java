package dev.packhorse.store.replay;

import dev.packhorse.store.replay.Show.Part;
import dev.packhorse.store.replay.Show.Quality;
import dev.packhorse.store.replay.Show.Texts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The file that holds a device's guide (INTEROP section 7), in its three versions. Big-endian; every offset and length in it is
 * checked.
 *
 * <p>A header, the names of categories, the schedules ("channels"), and then shows up to the end. Only the shows are read. Texts
 * are Windows-1252: the bytes 146 to 148 are quotation marks in what devices have been seen to send.
 */
final class SnapshotFile {

    private static final Charset TEXT = Charset.forName("windows-1252");

    /** The three versions. */
    private enum Format {
        /** Software 4.1 and 4.3. */
        V43(0x00030001, 32, 808, 8, 24, 444),
        /** Software 4.5. */
        V45(0x00050001, 32, 808, 8, 24, 444),
        /** Software 5. */
        V50(0x00000002, 64, 840, 16, 36, 512);

        final int word;
        final int header;
        final int channels;
        final int counts;
        final int showOffset;
        final int show;

        /**
         * A version.
         *
         * @param word the first word
         * @param header length of the header
         * @param channels where the schedules begin, the least that a file has
         * @param counts where their number is, twice
         * @param showOffset where it is said where the shows begin
         * @param show length of a show
         */
        Format(int word, int header, int channels, int counts, int showOffset, int show) {
            this.word = word;
            this.header = header;
            this.channels = channels;
            this.counts = counts;
            this.showOffset = showOffset;
            this.show = show;
        }

        static Format of(int word) throws IOException {
            for (Format format : values()) {
                if (format.word == word) {
                    return format;
                }
            }
            throw damaged("version");
        }
    }

    // Within a show.
    private static final int CHANNEL = 24;
    private static final int PROGRAM = 104;
    private static final int CHANNEL_LABEL = CHANNEL + 36;
    private static final int CHANNEL_LABEL_LENGTH = 32;
    private static final int FLAGS = PROGRAM + 16;
    private static final int LENGTHS = PROGRAM + 36;
    private static final int TEXTS = PROGRAM + 44;
    private static final int TEXTS_END = PROGRAM + 272;

    private static final int IS_MOVIE = 0x20;
    private static final int IS_PART = 0x40;
    private static final int MOVIE_LENGTH = 8;
    private static final int PART_LENGTH = 4;

    private SnapshotFile() {}

    /**
     * Reads the shows of a snapshot, in its order; also those that have no recording.
     *
     * @throws IOException for a version that is not known, and for numbers that do not fit the file
     */
    static List<Show> shows(ByteBuffer in) throws IOException {
        int length = in.limit();
        if (length < Integer.BYTES) {
            throw damaged("length");
        }
        Format format = Format.of(in.getInt(0));
        if (length < format.channels || in.getInt(Integer.BYTES) != format.header) {
            throw damaged("header");
        }
        if (in.getInt(format.counts) != in.getInt(format.counts + Integer.BYTES)) {
            throw damaged("number of channels");
        }
        long start = Integer.toUnsignedLong(in.getInt(format.showOffset));
        if (start < format.channels || start > length || (length - start) % format.show != 0) {
            throw damaged("offset of the shows");
        }
        List<Show> shows = new ArrayList<>();
        for (int at = (int) start; at < length; at += format.show) {
            shows.add(show(in.slice(at, format.show)));
        }
        return shows;
    }

    private static Show show(ByteBuffer in) throws IOException {
        int flags = in.getInt(FLAGS);
        int at = TEXTS;
        int year = 0;
        if ((flags & IS_MOVIE) != 0) {
            year = Short.toUnsignedInt(in.getShort(at + 4));
            at += MOVIE_LENGTH;
        }
        Part part = null;
        if ((flags & IS_PART) != 0) {
            part = new Part(Short.toUnsignedInt(in.getShort(at)), Short.toUnsignedInt(in.getShort(at + 2)));
            at += PART_LENGTH;
        }
        return new Show(
                word(in, 0),
                word(in, 4),
                word(in, 8),
                quality(in.getInt(12)),
                text(in, CHANNEL_LABEL, CHANNEL_LABEL_LENGTH),
                texts(in, at),
                Instant.ofEpochSecond(word(in, PROGRAM + 20)),
                Short.toUnsignedInt(in.getShort(PROGRAM + 28)),
                word(in, 392),
                word(in, 396),
                in.getLong(436),
                year,
                part);
    }

    private static long word(ByteBuffer in, int at) {
        return Integer.toUnsignedLong(in.getInt(at));
    }

    private static Quality quality(int number) {
        return switch (number) {
            case 0 -> Quality.HIGH;
            case 1 -> Quality.MEDIUM;
            case 2 -> Quality.STANDARD;
            default -> Quality.UNKNOWN;
        };
    }

    /** Title, episode, description, actors, guest, suzuki, producer, director: one behind the other. */
    private static Texts texts(ByteBuffer in, int start) throws IOException {
        String[] texts = new String[8];
        int at = start;
        for (int i = 0; i < texts.length; i++) {
            int length = Byte.toUnsignedInt(in.get(LENGTHS + i));
            if (length > TEXTS_END - at) {
                throw damaged("length of a text");
            }
            texts[i] = text(in, at, length);
            at += length;
        }
        return new Texts(texts[0], texts[1], texts[2], texts[3], texts[4], texts[6], texts[7]);
    }

    /** Up to the first NUL. Control characters, and bytes that stand for nothing, are blanks; several blanks are one. */
    private static String text(ByteBuffer in, int at, int length) {
        byte[] bytes = new byte[length];
        in.get(at, bytes);
        StringBuilder line = new StringBuilder();
        for (char c : new String(bytes, TEXT).toCharArray()) {
            if (c == 0) {
                break;
            }
            boolean blank = c == ' ' || c == '\u00a0' || c == '\ufffd' || Character.isISOControl(c);
            if (!blank) {
                line.append(c);
            } else if (!line.isEmpty() && line.charAt(line.length() - 1) != ' ') {
                line.append(' ');
            }
        }
        return line.toString().stripTrailing();
    }

    private static IOException damaged(String what) {
        return new IOException("a snapshot of the guide with a wrong " + what);
    }
}
