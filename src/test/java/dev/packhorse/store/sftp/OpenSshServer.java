package dev.packhorse.store.sftp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** OpenSSH's server on loopback with files of its own; the test is skipped where it is not installed or not root. */
final class OpenSshServer implements AutoCloseable {

    private static final Path SSHD = Path.of("/usr/sbin/sshd");

    /** A port that was free may be somebody else's a moment later. */
    private static final int ATTEMPTS = 5;

    private final Path folder;
    private int port;

    @SuppressWarnings("NullAway.Init")
    private Process process;

    /** Starts the server; {@code folder} takes its keys. */
    OpenSshServer(Path folder) throws Exception {
        QuietLog.on();
        assumeTrue(
                Files.isExecutable(SSHD) && "root".equals(System.getProperty("user.name")),
                "SKIPPED: OpenSSH's server is not installed here (openssh-server), or this is not root");
        this.folder = folder;
        Files.createDirectories(Path.of("/run/sshd"));
        keygen("host", "ed25519", "");
        keygen("plain", "ed25519", "");
        keygen("locked", "ecdsa", "hay and oats");
        keygen("rsa", "rsa", "");
        StringBuilder authorized = new StringBuilder();
        for (String key : List.of("plain", "locked", "rsa")) {
            authorized.append(Files.readString(folder.resolve(key + ".pub")));
        }
        Path keys = Files.writeString(folder.resolve("authorized_keys"), authorized);
        boolean listens = false;
        for (int attempt = 0; attempt < ATTEMPTS && !listens; attempt++) {
            start(keys);
            listens = awaitPort();
        }
        if (!listens) {
            throw new IOException(Files.readString(folder.resolve("log")));
        }
        Files.writeString(folder.resolve("known_hosts"), known());
    }

    private void start(Path keys) throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path config =
                Files.writeString(folder.resolve("sshd_config"), """
                ListenAddress 127.0.0.1
                Port %d
                HostKey %s
                AuthorizedKeysFile %s
                PidFile none
                StrictModes no
                UsePAM no
                PermitRootLogin prohibit-password
                PasswordAuthentication no
                MaxStartups 100
                Subsystem sftp internal-sftp -u 0077
                """.formatted(port, folder.resolve("host"), keys));
        process = new ProcessBuilder(SSHD.toString(), "-D", "-e", "-f", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private void keygen(String name, String type, String passphrase) throws Exception {
        Path file = folder.resolve(name);
        int result = new ProcessBuilder(
                        "ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", name, "-f", file.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (result != 0) {
            throw new IOException("ssh-keygen ended with " + result);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** Returns whether it answers; it ends at once if it does not get its port. */
    private boolean awaitPort() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        IOException failure = null;
        while (process.isAlive() && System.nanoTime() < end) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(10_000);
                if (socket.getInputStream().read() == 'S') {
                    return true;
                }
            } catch (IOException e) {
                failure = e;
            }
            Thread.sleep(20);
        }
        if (process.isAlive()) {
            close();
            throw new IOException(Files.readString(folder.resolve("log")), failure);
        }
        return false;
    }

    String known() throws IOException {
        return "[127.0.0.1]:" + port + " "
                + Files.readString(folder.resolve("host.pub")).replaceFirst(" host\\s*$", "") + "\n";
    }

    int port() {
        return port;
    }

    /** Options for root with the plain key. */
    SftpOptions options() {
        return SftpOptions.of("root", folder.resolve("known_hosts")).withKey(folder.resolve("plain"), null);
    }

    @Override
    public void close() throws IOException {
        // Those that serve sessions are children of their own.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
    }
}
