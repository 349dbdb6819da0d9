package dev.packhorse.store.sftp;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a server, and how to use it. Secrets are not in {@link #toString}.
 *
 * <p>The ways to prove who one is are tried in this order: keys of the agent, the key file, the password (also where the
 * server asks for it by {@code keyboard-interactive}).
 *
 * @param user the login name on the server
 * @param password its password, or {@code null}; never given to a jump host
 * @param key a private key file (OpenSSH, PEM; Ed25519, ECDSA, RSA), or {@code null}
 * @param passphrase what {@code key} is encrypted with, or {@code null}
 * @param agent the socket of an SSH agent (what {@code SSH_AUTH_SOCK} says), or {@code null}; works on JDK 17 without native
 *     libraries
 * @param knownHosts a file in the format of {@code ssh_known_hosts}; with {@link HostKeyPolicy#ACCEPT_NEW} it may be missing
 * @param hostKeys what to do about a host that is not in it
 * @param jump a host to go through, as {@code user@host:port}, {@code user@} and {@code :port} optional; known and
 *     authenticated like the server, but never by password; or {@code null}
 * @param timeouts how long to wait
 * @param sessions how many SSH sessions at most, 1 to 64; each has its own cipher thread here and its own process there
 * @param durable how much of a change is on the disk when it is answered
 * @param owners whether {@code user} may change owners, which only the superuser may on most servers
 */
public record SftpOptions(
        String user,
        @Nullable String password,
        @Nullable Path key,
        @Nullable String passphrase,
        @Nullable Path agent,
        Path knownHosts,
        HostKeyPolicy hostKeys,
        @Nullable String jump,
        Timeouts timeouts,
        int sessions,
        Durability durable,
        boolean owners) {

    /**
     * How long to wait.
     *
     * @param connect for the TCP connection and the key exchange, and for each way to a jump host
     * @param auth for the authentication
     * @param operation for the answer to one request; ten times as long where the server forces a file to its disk
     * @param idle until a session that nobody uses is closed
     * @param keepAlive between two signs of life; three that go unanswered end the session
     */
    public record Timeouts(Duration connect, Duration auth, Duration operation, Duration idle, Duration keepAlive) {
        /** 10 s, 20 s, 30 s, 5 min and 15 s. */
        public static final Timeouts DEFAULT = new Timeouts(
                Duration.ofSeconds(10),
                Duration.ofSeconds(20),
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                Duration.ofSeconds(15));

        public Timeouts {
            for (Duration duration : new Duration[] {connect, auth, operation, idle, keepAlive}) {
                if (duration.isNegative() || duration.isZero()) {
                    throw new IllegalArgumentException("a timeout must be positive");
                }
            }
        }
    }

    public SftpOptions {
        if (user.isEmpty()) {
            throw new IllegalArgumentException("the user has no name");
        }
        if (sessions < 1 || sessions > 64) {
            throw new IllegalArgumentException("sessions must be 1 to 64");
        }
    }

    /** No way to authenticate yet; strict host keys, 4 sessions, contents forced, owners for {@code root} only. */
    public static SftpOptions of(String user, Path knownHosts) {
        return new SftpOptions(
                user,
                null,
                null,
                null,
                null,
                knownHosts,
                HostKeyPolicy.STRICT,
                null,
                Timeouts.DEFAULT,
                4,
                Durability.FILE,
                user.equals("root"));
    }

    public SftpOptions withPassword(String value) {
        return new SftpOptions(
                user, value, key, passphrase, agent, knownHosts, hostKeys, jump, timeouts, sessions, durable, owners);
    }

    public SftpOptions withKey(Path file, @Nullable String itsPassphrase) {
        return new SftpOptions(
                user,
                password,
                file,
                itsPassphrase,
                agent,
                knownHosts,
                hostKeys,
                jump,
                timeouts,
                sessions,
                durable,
                owners);
    }

    public SftpOptions withAgent(Path socket) {
        return new SftpOptions(
                user,
                password,
                key,
                passphrase,
                socket,
                knownHosts,
                hostKeys,
                jump,
                timeouts,
                sessions,
                durable,
                owners);
    }

    public SftpOptions withHostKeys(HostKeyPolicy policy) {
        return new SftpOptions(
                user, password, key, passphrase, agent, knownHosts, policy, jump, timeouts, sessions, durable, owners);
    }

    public SftpOptions withJump(String host) {
        return new SftpOptions(
                user,
                password,
                key,
                passphrase,
                agent,
                knownHosts,
                hostKeys,
                host,
                timeouts,
                sessions,
                durable,
                owners);
    }

    public SftpOptions withTimeouts(Timeouts value) {
        return new SftpOptions(
                user, password, key, passphrase, agent, knownHosts, hostKeys, jump, value, sessions, durable, owners);
    }

    public SftpOptions withSessions(int count) {
        return new SftpOptions(
                user, password, key, passphrase, agent, knownHosts, hostKeys, jump, timeouts, count, durable, owners);
    }

    public SftpOptions withDurable(Durability value) {
        return new SftpOptions(
                user, password, key, passphrase, agent, knownHosts, hostKeys, jump, timeouts, sessions, value, owners);
    }

    public SftpOptions withOwners(boolean value) {
        return new SftpOptions(
                user, password, key, passphrase, agent, knownHosts, hostKeys, jump, timeouts, sessions, durable, value);
    }

    /** All but the secrets. */
    @Override
    public String toString() {
        return "SftpOptions[user=" + user + ", password=" + masked(password) + ", key=" + key + ", passphrase="
                + masked(passphrase) + ", agent=" + agent + ", knownHosts=" + knownHosts + ", hostKeys=" + hostKeys
                + ", jump=" + jump + ", timeouts=" + timeouts + ", sessions=" + sessions + ", durable=" + durable
                + ", owners=" + owners + "]";
    }

    private static @Nullable String masked(@Nullable String secret) {
        return secret == null ? null : "***";
    }
}
