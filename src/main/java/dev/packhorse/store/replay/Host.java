package dev.packhorse.store.replay;

import java.io.IOException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** A device of which the operator says where it is. A name is looked up again when nobody takes a connection there. */
final class Host implements Whereabouts {

    private final String name;
    private final int port;
    private volatile @Nullable Endpoint found;

    Host(String name, int port) {
        this.name = name;
        this.port = port;
    }

    @Override
    public Endpoint find() throws IOException {
        Endpoint known = found;
        if (known == null) {
            try {
                known = Endpoint.of(name, port);
            } catch (UnknownHostException e) {
                throw new LostException("no address is known for the device", e);
            }
            found = known;
        }
        return known;
    }

    @Override
    public void lost(Endpoint at) {
        if (at.equals(found)) {
            found = null;
        }
    }

    @Override
    public String key() {
        return name + " " + port;
    }
}
