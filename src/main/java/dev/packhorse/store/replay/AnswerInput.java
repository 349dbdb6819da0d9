package dev.packhorse.store.replay;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The body of an HTTP answer: its head is read first, then its framing is taken away (RFC 9112, 6 and 7).
 *
 * <p>Takes HTTP/1.0 and 1.1, chunks of any size with any zeros before it, {@code Content-Length}, and a body that ends with the
 * connection. A body that is framed and cut throws; where the end of the connection is the end of the body, nobody can tell.
 * Holds {@value #BUFFER} bytes, and no line longer than {@value #MAX_LINE}.
 */
final class AnswerInput extends InputStream {

    /** Where the bytes come from. */
    interface Source {
        /** Adds what has come, waiting for the first byte; how many bytes that was, -1 at the end. */
        int read(ByteBuffer into) throws IOException;
    }

    static final int MAX_LINE = 8 * 1024;

    /** Of a head, and of a trailer; in bytes. */
    static final int MAX_HEAD = 32 * 1024;

    /** As devices cut their chunks. */
    private static final int BUFFER = 32 * 1024;

    private static final int INTERIM_ANSWERS = 8;

    private enum Framing {
        CHUNKED,
        LENGTH,
        CLOSE
    }

    private final Source source;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);

    /** What has come and was not looked at: {@link #buffer}, or for a moment a part of the caller's. */
    private ByteBuffer raw = buffer;

    private boolean cut;
    private Framing framing = Framing.CLOSE;
    /** Bytes left of the chunk, or of the body. */
    private long left;

    private boolean firstChunk = true;
    private boolean ended;
    private boolean empty;

    private AnswerInput(Source source) {
        this.source = source;
    }

    /**
     * Reads the head of an answer.
     *
     * @throws LostException if not one byte comes
     * @throws IOException if it is no answer, or one that is no success
     */
    static AnswerInput open(Source source) throws IOException {
        AnswerInput answer = new AnswerInput(source);
        try {
            answer.fill();
        } catch (InterruptedIOException | ClosedChannelException e) {
            // Out of time, or closed by us: the device is not to blame, and not to be asked again.
            throw e;
        } catch (IOException e) {
            throw new LostException("the device has broken the connection without an answer", e);
        }
        if (answer.cut) {
            throw new LostException("the device has closed the connection without an answer");
        }
        int status = answer.head();
        for (int i = 0; status / 100 == 1; i++) {
            if (i == INTERIM_ANSWERS) {
                throw new IOException("the device does not come to its answer");
            }
            status = answer.head();
        }
        if (status / 100 != 2) {
            throw new IOException("the device answers with HTTP status " + status);
        }
        if (status == 204) {
            answer.empty = true;
            answer.ended = true;
        }
        return answer;
    }

    /** Whether the answer said by its HTTP status that it has no body: success. */
    boolean isEmpty() {
        return empty;
    }

    private int head() throws IOException {
        int budget = MAX_HEAD;
        String first = line(MAX_LINE, "an answer");
        int status = status(first);
        framing = Framing.CLOSE;
        boolean hasLength = false;
        budget -= first.length();
        for (String line = line(MAX_LINE, "an answer"); !line.isEmpty(); line = line(MAX_LINE, "an answer")) {
            budget -= line.length() + 2;
            if (budget < 0) {
                throw new IOException("the head of the answer is longer than " + MAX_HEAD + " bytes");
            }
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).trim().toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).trim();
            if (name.equals("transfer-encoding") && !value.equalsIgnoreCase("identity")) {
                if (!value.equalsIgnoreCase("chunked")) {
                    throw new IOException("the answer is encoded in a way that is not known");
                }
                framing = Framing.CHUNKED;
            } else if (name.equals("content-length") && framing != Framing.CHUNKED) {
                long length = number(value, 10, 18);
                if (hasLength && length != left) {
                    throw new IOException("the answer has two lengths");
                }
                hasLength = true;
                framing = Framing.LENGTH;
                left = length;
            }
        }
        if (framing == Framing.CHUNKED) {
            left = 0;
        }
        return status;
    }

    private static int status(String line) throws IOException {
        if (!line.startsWith("HTTP/1.") || line.length() < 12 || line.charAt(8) != ' ') {
            throw new IOException("what came is no answer of HTTP");
        }
        return (int) number(line.substring(9, 12), 10, 3);
    }

    private static long number(String digits, int radix, int most) throws IOException {
        if (digits.isEmpty()
                || digits.length() > most
                || digits.chars().anyMatch(c -> c > 0x7f || Character.digit(c, radix) < 0)) {
            throw new IOException("the answer has something else in place of a number");
        }
        return Long.parseLong(digits, radix);
    }

    /** One line of the head, without its end. */
    private String line(int most, String of) throws IOException {
        byte[] line = new byte[64];
        int length = 0;
        for (int next = raw(); next != '\n'; next = raw()) {
            if (next < 0) {
                throw new EOFException("the device closes the connection in the middle of " + of);
            }
            if (length == most) {
                throw new IOException("a line of the answer is longer than " + most + " bytes");
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, length * 2);
            }
            line[length++] = (byte) next;
        }
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return new String(line, 0, length, StandardCharsets.ISO_8859_1);
    }

    private int raw() throws IOException {
        if (!raw.hasRemaining()) {
            fill();
        }
        return raw.hasRemaining() ? raw.get() & 0xff : -1;
    }

    private void fill() throws IOException {
        raw = buffer.clear();
        try {
            cut = cut || source.read(buffer) < 0;
        } finally {
            buffer.flip();
        }
    }

    /**
     * A line of the body, without its end; bytes are characters. {@code null} at the end.
     *
     * @param most longest, in bytes
     * @throws IOException if it is longer, or the body is cut
     */
    @Nullable
    String bodyLine(int most) throws IOException {
        return bodyLine(most, /* mayEndUnsaid= */ framing != Framing.CLOSE);
    }

    /** As above; a line that nothing ends but the connection is one as well, which only fits where a piece of it shows as such. */
    @Nullable
    String lastLine(int most) throws IOException {
        return bodyLine(most, /* mayEndUnsaid= */ true);
    }

    private @Nullable String bodyLine(int most, boolean mayEndUnsaid) throws IOException {
        StringBuilder line = new StringBuilder();
        int next = read();
        if (next < 0) {
            return null;
        }
        for (; next != '\n'; next = read()) {
            if (next < 0) {
                if (!mayEndUnsaid) {
                    throw new EOFException("the device closes the connection in the middle of a line");
                }
                break;
            }
            if (line.length() == most) {
                throw new IOException("a line of the answer is longer than " + most + " bytes");
            }
            line.append((char) next);
        }
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
    }

    @Override
    public int read() throws IOException {
        return prepare() ? take() : -1;
    }

    private int take() throws IOException {
        int next = raw();
        if (next < 0) {
            return atEnd();
        }
        left--;
        return next;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return read(ByteBuffer.wrap(into, offset, length));
    }

    /** As {@link InputStream#read(byte[], int, int)}, into a buffer. After a failure nothing more may be read. */
    int read(ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        int start = into.position();
        while (framing == Framing.CHUNKED && !ended && !raw.hasRemaining() && into.remaining() >= BUFFER) {
            readChunks(into);
            if (into.position() > start) {
                return into.position() - start;
            }
        }
        if (!prepare()) {
            return -1;
        }
        int wanted = framing == Framing.CLOSE ? into.remaining() : (int) Math.min(into.remaining(), left);
        int count = raw.hasRemaining() ? move(into, wanted) : cut ? -1 : source(into, wanted);
        if (count < 0) {
            cut = true;
            return atEnd();
        }
        left -= count;
        return count;
    }

    private int source(ByteBuffer into, int most) throws IOException {
        int limit = into.limit();
        try {
            return source.read(into.limit(into.position() + most));
        } finally {
            into.limit(limit);
        }
    }

    /** Puts what has come in place; for a buffer that is read and written at once as well. */
    private int move(ByteBuffer into, int most) {
        int count = Math.min(most, raw.remaining());
        into.put(into.position(), raw, raw.position(), count);
        into.position(into.position() + count);
        raw.position(raw.position() + count);
        return count;
    }

    /**
     * Reads chunks with their framing straight to where their bytes shall be, and closes the gaps: one read for many chunks, and no
     * byte is carried further than it must. May add none.
     */
    private void readChunks(ByteBuffer into) throws IOException {
        ByteBuffer come = into.duplicate();
        if (source.read(come) < 0) {
            cut = true;
            atEnd();
        }
        raw = come.limit(come.position()).position(into.position());
        left -= move(into, (int) Math.min(left, raw.remaining()));
        while (left == 0 && chunkHeadHasCome()) {
            if (!nextChunk()) {
                ended = true;
                return;
            }
            left -= move(into, (int) Math.min(left, raw.remaining()));
        }
        buffer.clear().put(raw).flip();
        raw = buffer;
    }

    /** Whether the next chunk's size can be read, or is wrong, with no waiting for more. */
    private boolean chunkHeadHasCome() {
        int lines = firstChunk ? 1 : 2;
        for (int at = raw.position(); at < raw.limit(); at++) {
            if (raw.get(at) == '\n' && --lines == 0) {
                return true;
            }
        }
        return raw.remaining() > BUFFER;
    }

    /** The connection is at its end. */
    private int atEnd() throws IOException {
        if (framing == Framing.CLOSE) {
            ended = true;
            return -1;
        }
        throw new EOFException("the device closes the connection in the middle of its answer");
    }

    /** Gets to the next byte of the body; tells whether there is one, as far as the framing knows. */
    private boolean prepare() throws IOException {
        if (ended) {
            return false;
        }
        if (framing == Framing.CLOSE || left > 0) {
            return true;
        }
        ended = framing == Framing.LENGTH || !nextChunk();
        return !ended;
    }

    private boolean nextChunk() throws IOException {
        if (!firstChunk && !line(1, "a chunk").isEmpty()) {
            throw new IOException("a chunk is longer than it says");
        }
        firstChunk = false;
        String line = line(MAX_LINE, "the size of a chunk");
        int extension = line.indexOf(';');
        left = number((extension < 0 ? line : line.substring(0, extension)).trim(), 16, 15);
        if (left > 0) {
            return true;
        }
        int budget = MAX_HEAD;
        for (String trailer = line(MAX_LINE, "a trailer"); !trailer.isEmpty(); trailer = line(MAX_LINE, "a trailer")) {
            budget -= trailer.length() + 2;
            if (budget < 0) {
                throw new IOException("the trailer of the answer is longer than " + MAX_HEAD + " bytes");
            }
        }
        return false;
    }

    @Override
    public int available() {
        return 0;
    }
}
