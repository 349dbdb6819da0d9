package dev.packhorse.containers;

import dev.packhorse.store.sftp.SftpOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** OpenSSH's server: {@code sftp} as root on 22. */
final class OpenSsh extends Counterpart {

    static final int PORT = 22;

    private static @Nullable OpenSsh shared;

    private OpenSsh() {
        super("openssh", "root");
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

    /** Options for {@code root}, with a file of known hosts that is written here. */
    SftpOptions options(Path knownHosts) throws IOException, InterruptedException {
        return SftpOptions.of("root", knownHosts(knownHosts, PORT, hostKeys())).withPassword(PASSWORD);
    }

    /** The public host keys, as lines of a {@code known_hosts} file without the host. */
    List<String> hostKeys() throws IOException, InterruptedException {
        return run("cut -d ' ' -f 1,2 /etc/ssh/ssh_host_*_key.pub").lines().toList();
    }
}
