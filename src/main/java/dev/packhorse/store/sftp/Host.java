package dev.packhorse.store.sftp;

import dev.packhorse.fs.FsException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.keyverifier.ServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.io.resource.PathResource;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.core.CoreModuleProperties;
import org.jspecify.annotations.Nullable;

/**
 * One SSH server, with what is needed to be let in.
 *
 * <p>Nothing is taken from the home folder of whoever runs the gateway: no {@code ~/.ssh/config}, no default keys.
 */
final class Host implements AutoCloseable {

    /** Larger than what is in flight on a channel, so that the server never waits for the window. */
    private static final long WINDOW = 16L << 20;

    private static final long PACKET = 128L << 10;

    /** Why a server's key was refused, while its session is open. An attribute of the session would go as it closes. */
    private final Map<ClientSession, String> refused = new ConcurrentHashMap<>();

    private final String name;
    private final int port;
    private final String user;
    private final SftpOptions options;
    private final boolean password;
    private final SshClient client;
    private final KnownHosts known;

    /**
     * A server that is not connected yet.
     *
     * @param password whether it may be told the password
     */
    Host(String name, int port, String user, SftpOptions options, boolean password) {
        this.name = name;
        this.port = port;
        this.user = user;
        this.options = options;
        this.password = password;
        this.known = new KnownHosts(options.knownHosts(), options.hostKeys());
        this.client = client();
        client.start();
    }

    private SshClient client() {
        SshClient ssh = SshClient.setUpDefaultClient();
        ssh.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        ssh.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        ssh.setServerKeyVerifier(verifier());
        ssh.setCipherFactories(ciphers());
        // One connection at a time is opened, and its sessions share the threads.
        ssh.setNioWorkers(2);
        Path agent = options.agent();
        if (agent != null) {
            ssh.setAgentFactory(Agent.factory(agent));
        }
        SftpOptions.Timeouts timeouts = options.timeouts();
        CoreModuleProperties.IO_CONNECT_TIMEOUT.set(ssh, timeouts.connect());
        CoreModuleProperties.AUTH_TIMEOUT.set(ssh, timeouts.connect().plus(timeouts.auth()));
        CoreModuleProperties.IDLE_TIMEOUT.set(ssh, Duration.ZERO);
        CoreModuleProperties.HEARTBEAT_INTERVAL.set(ssh, timeouts.keepAlive());
        CoreModuleProperties.HEARTBEAT_REQUEST.set(ssh, "keepalive@openssh.com");
        CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.set(ssh, 3);
        CoreModuleProperties.WAIT_FOR_SPACE_TIMEOUT.set(ssh, timeouts.operation());
        CoreModuleProperties.WINDOW_SIZE.set(ssh, WINDOW);
        CoreModuleProperties.MAX_PACKET_SIZE.set(ssh, PACKET);
        CoreModuleProperties.NIO2_READ_BUFFER_SIZE.set(ssh, 256 * 1024);
        CoreModuleProperties.TCP_NODELAY.set(ssh, true);
        CoreModuleProperties.SOCKET_KEEPALIVE.set(ssh, true);
        return ssh;
    }

    /** The ciphers that the JDK has in hardware first: GCM needs no separate MAC. */
    private static List<NamedFactory<Cipher>> ciphers() {
        List<BuiltinCiphers> preferred = List.of(
                BuiltinCiphers.aes128gcm,
                BuiltinCiphers.aes256gcm,
                BuiltinCiphers.aes128ctr,
                BuiltinCiphers.aes192ctr,
                BuiltinCiphers.aes256ctr,
                BuiltinCiphers.cc20p1305_openssh);
        List<NamedFactory<Cipher>> supported = new ArrayList<>();
        for (BuiltinCiphers cipher : preferred) {
            if (cipher.isSupported()) {
                supported.add(cipher);
            }
        }
        return supported;
    }

    /** Puts the kinds of key first by which the host is known, as a host shows only one. */
    private void preferKnownKeys() {
        Set<String> types = known.types(name, port);
        List<NamedFactory<Signature>> first = new ArrayList<>();
        List<NamedFactory<Signature>> others = new ArrayList<>();
        for (NamedFactory<Signature> factory : ClientBuilder.setUpDefaultSignatureFactories(false)) {
            boolean preferred = types.contains(factory.getName())
                    || types.contains(KeyUtils.getCanonicalKeyType(factory.getName()));
            (preferred ? first : others).add(factory);
        }
        first.addAll(others);
        client.setSignatureFactories(first);
    }

    private ServerKeyVerifier verifier() {
        return (session, address, key) -> {
            String refusal = known.refusal(name, port, key);
            if (refusal != null) {
                refused.put(session, refusal);
            }
            return refusal == null;
        };
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    /**
     * Opens an authenticated session.
     *
     * @param address where to go, which is somewhere else behind a jump host
     */
    ClientSession connect(InetSocketAddress address) throws ConnectException {
        preferKnownKeys();
        SftpOptions.Timeouts timeouts = options.timeouts();
        ClientSession session = null;
        boolean done = false;
        try {
            List<KeyPair> keys = keys();
            session = client.connect(user, address).verify(timeouts.connect()).getSession();
            for (KeyPair key : keys) {
                session.addPublicKeyIdentity(key);
            }
            if (password && options.password() != null) {
                session.addPasswordIdentity(options.password());
            }
            session.auth().verify(timeouts.auth());
            done = true;
            return session;
        } catch (IOException | RuntimeException e) {
            throw failure(session, e);
        } finally {
            if (!done && session != null) {
                session.close(true);
                refused.remove(session);
            }
        }
    }

    private List<KeyPair> keys() throws IOException {
        Path file = options.key();
        List<KeyPair> keys = new ArrayList<>();
        if (file == null) {
            return keys;
        }
        try (InputStream in = Files.newInputStream(file)) {
            String passphrase = options.passphrase();
            FilePasswordProvider secret =
                    passphrase == null ? FilePasswordProvider.EMPTY : FilePasswordProvider.of(passphrase);
            Iterable<KeyPair> loaded = SecurityUtils.loadKeyPairIdentities(null, new PathResource(file), in, secret);
            if (loaded != null) {
                loaded.forEach(keys::add);
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new ConnectException(
                    Kind.PERMISSION_DENIED,
                    "the key " + file + " cannot be read"
                            + (Files.isReadable(file) ? "; is the passphrase right?" : ""),
                    e);
        }
        if (keys.isEmpty()) {
            throw new ConnectException(Kind.PERMISSION_DENIED, "there is no private key in " + file, null);
        }
        return keys;
    }

    private ConnectException failure(@Nullable ClientSession session, Exception e) {
        if (e instanceof ConnectException known) {
            return known;
        }
        String refusal = session == null ? null : refused.get(session);
        if (refusal != null) {
            return new ConnectException(Kind.PERMISSION_DENIED, refusal, null);
        }
        String where = name + ":" + port;
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof TimeoutException || cause instanceof SocketTimeoutException) {
                return new ConnectException(Kind.TIMEOUT, where + " does not answer in time", e);
            }
        }
        int code = e instanceof SshException ssh ? ssh.getDisconnectCode() : 0;
        if (code == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE) {
            return new ConnectException(
                    Kind.PERMISSION_DENIED, where + " does not let in user '" + user + "' with " + credentials(), e);
        }
        return new ConnectException(
                Kind.UNAVAILABLE, session == null ? where + " cannot be reached" : where + " hangs up", e);
    }

    private String credentials() {
        List<String> all = new ArrayList<>();
        if (options.agent() != null) {
            all.add("the keys of the agent");
        }
        if (options.key() != null) {
            all.add("the key " + options.key());
        }
        if (password && options.password() != null) {
            all.add("the password");
        }
        return all.isEmpty() ? "no key and no password" : String.join(" or ", all);
    }

    @Override
    public void close() {
        client.close(true);
        client.stop();
    }
}
