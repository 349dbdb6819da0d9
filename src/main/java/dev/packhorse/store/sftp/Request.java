package dev.packhorse.store.sftp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One message to the server while it is put together; the identifier is filled in when it is sent. */
final class Request {

    static final int INIT = 1;
    static final int OPEN = 3;
    static final int CLOSE = 4;
    static final int READ = 5;
    static final int WRITE = 6;
    static final int LSTAT = 7;
    static final int FSTAT = 8;
    static final int SETSTAT = 9;
    static final int FSETSTAT = 10;
    static final int OPENDIR = 11;
    static final int READDIR = 12;
    static final int REMOVE = 13;
    static final int MKDIR = 14;
    static final int RMDIR = 15;
    static final int REALPATH = 16;
    static final int STAT = 17;
    static final int RENAME = 18;
    static final int READLINK = 19;
    static final int SYMLINK = 20;
    static final int EXTENDED = 200;

    private static final int ID = 5;

    private byte[] bytes = new byte[64];
    private int length = ID + 4;
    private byte[] tail = new byte[0];
    private int tailLength;

    Request(int type) {
        bytes[4] = (byte) type;
    }

    static Request extended(String name) {
        return new Request(EXTENDED).raw(name);
    }

    Request int32(int value) {
        ByteBuffer.wrap(room(4)).putInt(length, value);
        length += 4;
        return this;
    }

    Request int64(long value) {
        ByteBuffer.wrap(room(8)).putLong(length, value);
        length += 8;
        return this;
    }

    /** A raw name or path, see {@link Names}. */
    Request raw(String raw) {
        return bytes(raw.getBytes(StandardCharsets.ISO_8859_1));
    }

    Request bytes(byte[] value) {
        int32(value.length);
        System.arraycopy(value, 0, room(value.length), length, value.length);
        length += value.length;
        return this;
    }

    /** Bytes at the end, which are not copied: they must stay as they are until the request is sent. */
    Request data(byte[] value, int count) {
        int32(count);
        tail = value;
        tailLength = count;
        return this;
    }

    private byte[] room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
        return bytes;
    }

    byte[] head(int id) {
        ByteBuffer head = ByteBuffer.wrap(bytes);
        head.putInt(0, length - 4 + tailLength);
        head.putInt(ID, id);
        return bytes;
    }

    int headLength() {
        return length;
    }

    byte[] tail() {
        return tail;
    }

    int tailLength() {
        return tailLength;
    }
}
