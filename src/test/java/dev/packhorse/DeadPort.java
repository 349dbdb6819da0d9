package dev.packhorse;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A port of the loopback where nobody listens: while this is open, connections are refused, and nobody else gets the port. */
public final class DeadPort implements AutoCloseable {

    private final Socket bound = new Socket();

    /** Any port. */
    public DeadPort() throws IOException {
        this(0);
    }

    /** The port of a server that has gone. */
    public DeadPort(int port) throws IOException {
        // Connections that the server had may linger.
        bound.setReuseAddress(port != 0);
        await().ignoreException(BindException.class).until(() -> {
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return bound.isBound();
        });
    }

    public int port() {
        return bound.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        bound.close();
    }
}
