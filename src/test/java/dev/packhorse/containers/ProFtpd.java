package dev.packhorse.containers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** ProFTPD: {@code ftp} and explicit {@code ftps}, implicit {@code ftps}, and {@code sftp} by mod_sftp. */
final class ProFtpd extends Counterpart {

    static final int FTP = 21;
    static final int FTPS = 990;
    static final int SFTP = 2222;

    private static @Nullable ProFtpd shared;

    private ProFtpd() {
        super("proftpd", USER);
        container().withExposedPorts(FTP, FTPS, SFTP).waitingFor(new Greeting(FTP, "220 "));
    }

    static ProFtpd started() {
        ProFtpd server = new ProFtpd();
        server.container().start();
        return server;
    }

    static synchronized ProFtpd shared() {
        ProFtpd server = shared;
        if (server == null) {
            server = started();
            shared = server;
        }
        return server;
    }

    /** The public host keys of {@code sftp}, as lines of a {@code known_hosts} file without the host. */
    List<String> hostKeys() throws IOException, InterruptedException {
        return once("ssh-keygen -y -f /etc/proftpd/ssh_host_key | cut -d ' ' -f 1,2")
                .lines()
                .toList();
    }

    /** Writes the certificate of {@code ftps}, which names the container's address, into a file. */
    Path certificate(Path file) throws IOException, InterruptedException {
        return Files.writeString(file, once("cat /etc/proftpd/tls.crt"));
    }
}
