package dev.packhorse.server;

import dev.packhorse.identity.AddressRange;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends exactly the bytes it is told to. */
public final class RawClient implements Closeable {

    private final Socket socket;

    public RawClient(int port) throws IOException {
        this(port, "127.0.0.1");
    }

    /**
     * Connects from one of the addresses of the loopback.
     *
     * @param from such as {@code 127.0.0.2}
     */
    public RawClient(int port, String from) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port, AddressRange.address(from), 0));
    }

    /** Speaks through a socket that is connected. */
    public RawClient(Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
    }

    /** Sends text, one byte a char. */
    public RawClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Says that nothing more will be sent. */
    public RawClient finish() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Everything until the server closes. */
    public String readAll() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Everything up to and including a text. */
    public String readUntil(String end) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        while (!all.toString(StandardCharsets.ISO_8859_1).endsWith(end)) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("closed after: " + all.toString(StandardCharsets.ISO_8859_1));
            }
            all.write(b);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** The head of a response, without its empty line. */
    public String readHead() throws IOException {
        return readUntil("\r\n\r\n").strip();
    }

    public byte[] readBytes(int count) throws IOException {
        return socket.getInputStream().readNBytes(count);
    }

    public Socket socket() {
        return socket;
    }

    /** Ends the connection by a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
