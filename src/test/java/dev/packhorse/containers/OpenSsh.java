package dev.packhorse.containers;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** OpenSSH's server: {@code sftp} on 22. */
final class OpenSsh extends Counterpart {

    static final int PORT = 22;

    private static @Nullable OpenSsh shared;

    private OpenSsh() {
        super("openssh", USER);
        container().withExposedPorts(PORT).waitingFor(new Greeting(PORT, "SSH-2.0-OpenSSH"));
    }

    static OpenSsh started() {
        OpenSsh server = new OpenSsh();
        server.container().start();
        return server;
    }

    static synchronized OpenSsh shared() {
        OpenSsh server = shared;
        if (server == null) {
            server = started();
            shared = server;
        }
        return server;
    }

    /** The public host keys, as lines of a {@code known_hosts} file without the host. */
    List<String> hostKeys() throws IOException, InterruptedException {
        return once("cut -d ' ' -f 1,2 /etc/ssh/ssh_host_*_key.pub").lines().toList();
    }
}
