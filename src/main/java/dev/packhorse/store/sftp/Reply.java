package dev.packhorse.store.sftp;

import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** One message from the server, read from its front to its end. */
final class Reply {

    static final int VERSION = 2;
    private static final int STATUS = 101;
    private static final int HANDLE = 102;
    private static final int DATA = 103;
    private static final int NAME = 104;
    private static final int ATTRS = 105;
    private static final int EXTENDED_REPLY = 201;

    private final int type;
    private final ByteBuffer in;

    /** A whole message without its length, read on behind type and identifier. */
    Reply(byte[] message) {
        this.type = message[0] & 0xff;
        this.in = ByteBuffer.wrap(message);
        in.position(Math.min(in.limit(), type == VERSION ? 1 : 5));
    }

    /** For requests whose answer is that it was done. */
    void done() throws IOException {
        int code = expect(STATUS).int32();
        if (code != 0) {
            throw status(code);
        }
    }

    byte[] handle() throws IOException {
        return expect(HANDLE).bytes();
    }

    Attributes attributes() throws IOException {
        return Attributes.read(expect(ATTRS));
    }

    /** The first name of an answer that has one. */
    String name() throws IOException {
        Reply names = names();
        if (names.int32() < 1) {
            throw new StreamCorruptedException("the server names nothing");
        }
        return names.raw();
    }

    /** The number of names follows, then each with a long form and attributes. */
    Reply names() throws IOException {
        return expect(NAME);
    }

    /** The bytes of a read, as what is left of this. */
    ByteBuffer data() throws IOException {
        int length = expect(DATA).int32();
        if (length < 0 || length > in.remaining()) {
            throw new StreamCorruptedException("data of " + length + " bytes");
        }
        return in.slice().limit(length);
    }

    Reply extended() throws IOException {
        return expect(EXTENDED_REPLY);
    }

    Reply version() throws IOException {
        return expect(VERSION);
    }

    private Reply expect(int wanted) throws IOException {
        if (type == wanted) {
            return this;
        }
        if (type == STATUS) {
            throw status(int32());
        }
        throw new StreamCorruptedException("the server answers with a message of type " + type);
    }

    private StatusException status(int code) throws IOException {
        String text = in.hasRemaining() ? raw() : "";
        return new StatusException(code, text.replaceAll("\\p{Cntrl}", " "));
    }

    boolean hasMore() {
        return in.hasRemaining();
    }

    int int32() throws IOException {
        try {
            return in.getInt();
        } catch (BufferUnderflowException e) {
            throw cut(e);
        }
    }

    long uint32() throws IOException {
        return int32() & 0xFFFF_FFFFL;
    }

    long int64() throws IOException {
        try {
            return in.getLong();
        } catch (BufferUnderflowException e) {
            throw cut(e);
        }
    }

    String raw() throws IOException {
        return new String(bytes(), StandardCharsets.ISO_8859_1);
    }

    private byte[] bytes() throws IOException {
        int length = int32();
        if (length < 0 || length > in.remaining()) {
            throw new StreamCorruptedException("a string of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static StreamCorruptedException cut(BufferUnderflowException e) {
        StreamCorruptedException cut = new StreamCorruptedException("a message of the server is too short");
        cut.initCause(e);
        return cut;
    }
}
