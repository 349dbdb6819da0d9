package dev.packhorse.store.replay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** How to find a device: it is known where it is, or what it is called. */
interface Whereabouts {

    /**
     * Where it is now: the same until that is {@link #lost}.
     *
     * @throws LostException if nobody knows
     */
    Endpoint find() throws IOException;

    /** Nobody took a connection there. */
    void lost(Endpoint at);

    /** What the operator calls it. */
    String key();

    /**
     * The address of a device.
     *
     * @param host as the header {@code Host} has it
     * @param address resolved: two ways to one device end at the same
     */
    record Endpoint(String host, InetSocketAddress address) {

        /** Finds the address of a host. */
        static Endpoint of(String host, int port) throws UnknownHostException {
            return new Endpoint(host, new InetSocketAddress(InetAddress.getByName(host), port));
        }

        /** As the header {@code Host} has it. */
        String authority() {
            int port = address.getPort();
            return (host.indexOf(':') < 0 ? host : '[' + host + ']') + (port == 80 ? "" : ":" + port);
        }
    }
}
