package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.store.replay.TestDevice.Framing;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * What a device answers, in any framing.
 *
 * @param status the first line
 * @param length bytes behind it
 * @param bytes those
 */
record TestReply(String status, long length, Bytes bytes) {

    private static final int CHUNK = 32_768;

    /** Bytes by their index. */
    interface Bytes {
        byte at(long index);
    }

    static TestReply of(String status) {
        return of(status, "");
    }

    static TestReply of(String status, String text) {
        byte[] data = text.getBytes(UTF_8);
        return new TestReply(status, data.length, index -> data[(int) index]);
    }

    /** Sends it; HTTP/1.0 knows no chunks. */
    void send(Framing framing, boolean isOld, OutputStream out) throws IOException {
        Framing how = isOld && framing != Framing.LENGTH ? Framing.CLOSE : framing;
        byte[] pending = (status + "\n").getBytes(ISO_8859_1);
        out.write(head(how, isOld, pending.length + length).getBytes(ISO_8859_1));
        int piece = how == Framing.BIG ? 100_000 : how == Framing.SMALL ? 7 : CHUNK;
        if (how == Framing.STATUS_ALONE) {
            chunk(how, pending, out);
            pending = new byte[0];
        }
        for (long sent = 0; sent < length || pending.length > 0; ) {
            int count = (int) Math.min(Math.max(1, piece - pending.length), length - sent);
            byte[] chunk = Arrays.copyOf(pending, pending.length + count);
            for (int i = 0; i < count; i++) {
                chunk[pending.length + i] = bytes.at(sent + i);
            }
            chunk(how, chunk, out);
            sent += count;
            pending = new byte[0];
        }
        out.write(end(how).getBytes(ISO_8859_1));
    }

    private static String head(Framing how, boolean isOld, long all) {
        String head =
                (isOld ? "HTTP/1.0" : "HTTP/1.1") + " 200 OK\r\nServer: Unknown/0.0 UPnP/1.0 Virata-EmWeb/R6_0_1\r\n";
        return head
                + switch (how) {
                    case LENGTH -> "Content-Length: " + all + "\r\n\r\n";
                    case CLOSE -> "\r\n";
                    case CHUNKED, PADDED, STATUS_ALONE, BIG, SMALL -> "Transfer-Encoding: chunked\r\n\r\n";
                };
    }

    private static String end(Framing how) {
        return switch (how) {
            case LENGTH, CLOSE -> "";
            case CHUNKED, STATUS_ALONE, BIG -> "0\r\n\r\n";
            case PADDED -> "00000000\r\n\r\n";
            case SMALL -> "0\r\nX-Trailer: yes\r\n\r\n";
        };
    }

    private static void chunk(Framing how, byte[] chunk, OutputStream out) throws IOException {
        switch (how) {
            case LENGTH, CLOSE -> out.write(chunk);
            case CHUNKED, STATUS_ALONE, BIG -> chunk(Integer.toHexString(chunk.length), chunk, out);
            case PADDED -> chunk(String.format("%08x", chunk.length), chunk, out);
            case SMALL -> chunk(Integer.toHexString(chunk.length) + " ;a=\"b\"", chunk, out);
        }
    }

    private static void chunk(String size, byte[] chunk, OutputStream out) throws IOException {
        out.write((size + "\r\n").getBytes(ISO_8859_1));
        out.write(chunk);
        out.write("\r\n".getBytes(ISO_8859_1));
    }
}
