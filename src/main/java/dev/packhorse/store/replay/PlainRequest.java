package dev.packhorse.store.replay;

import java.io.IOException;
import java.io.InputStream;

/** A request to a device that is no HTTPFS command and never encrypted: for the guide, for the description. */
@FunctionalInterface
interface PlainRequest {

    /**
     * Sends a GET on a connection of its own, once.
     *
     * @param target {@code /path?query}
     * @return the body without head and chunks; empty for HTTP status 204; closing it closes the connection at once. One that is
     *     cut short throws
     * @throws IOException also for any HTTP status that is no success
     */
    InputStream open(String target) throws IOException;
}
