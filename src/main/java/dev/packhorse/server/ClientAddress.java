package dev.packhorse.server;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a request comes from.
 *
 * @param address the client's own, as far as that is known
 * @param text the same for logs
 * @param via the address of the trusted proxy that the client came through; {@code null} for none
 */
record ClientAddress(
        InetAddress address, String text, @Nullable String via) {

    /** Somebody who has connected. */
    static ClientAddress of(InetAddress peer) {
        return new ClientAddress(peer, peer.getHostAddress(), null);
    }

    /** Somebody for whom this has connected. */
    ClientAddress forwarding(InetAddress client) {
        return client.equals(address)
                ? this
                : new ClientAddress(client, client.getHostAddress(), via == null ? text : via);
    }
}
