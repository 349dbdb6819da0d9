package dev.packhorse.store.replay;

import java.io.IOException;

/** How to find a device: it is known where it is, or what it is called. */
interface Whereabouts {

    /**
     * Where it is now.
     *
     * @throws LostException if nobody knows
     */
    Endpoint find() throws IOException;

    /** Nobody took a connection there. */
    void lost(Endpoint at);

    /** What all stores over this device have in common to call it. */
    String key();

    /**
     * The address of a device.
     *
     * @param host name or address
     * @param port 80 by custom
     */
    record Endpoint(String host, int port) implements Whereabouts {

        @Override
        public Endpoint find() {
            return this;
        }

        @Override
        public void lost(Endpoint at) {
            // It is here or nowhere.
        }

        @Override
        public String key() {
            return host + " " + port;
        }

        /** As the header {@code Host} has it. */
        String authority() {
            return (host.indexOf(':') < 0 ? host : '[' + host + ']') + (port == 80 ? "" : ":" + port);
        }
    }
}
