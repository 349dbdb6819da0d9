package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.commons.net.MalformedServerReplyException;
import org.jspecify.annotations.Nullable;

/**
 * A control connection, logged in. Used by one thread at a time, save {@link #abandon}.
 *
 * <p>It knows whether it may be used again: not after anything but an answer, {@link #isLost}.
 */
final class Connection {

    /** How long a connection that was broken off in a transfer may take to say so. */
    private static final Duration AFTERMATH = Duration.ofMillis(200);

    /** How long one that has not been used for a while may take to show that it is alive. */
    private static final Duration ALIVE = Duration.ofSeconds(3);

    private final Wire wire;
    private final FtpOptions options;
    private final Features features;
    private final ReentrantLock replies = new ReentrantLock();
    private volatile boolean lost;
    private boolean reused;
    private long idleSince;

    private final String prefix;

    private Connection(Wire wire, Server server, Features features) {
        this.wire = wire;
        this.options = server.options();
        this.features = features;
        String home = server.options().fromHome() && features.home().length() > 1 ? features.home() : "";
        this.prefix = server.root().isRoot() ? home : home + server.root();
    }

    /**
     * Connects and logs in.
     *
     * @param known what is known about the server from another connection
     * @throws RefusedException if the server does not want us
     */
    static Connection open(Server server, @Nullable Features known) throws IOException {
        FtpOptions options = server.options();
        Trust trust = server.trust();
        Wire wire = new Wire(options, server.port(), trust == null ? null : trust.sockets());
        boolean opened = false;
        try {
            wire.open(server.host());
            Wire.require(logIn(wire, options));
            if (trust != null) {
                Wire.require(wire.send("PBSZ", "0"));
                Wire.require(wire.send("PROT", options.clearData() ? "C" : "P"));
                if (!options.clearData()) {
                    wire.protectData();
                }
            }
            Features features = known == null ? ask(wire) : known;
            if (features.utf8() && options.charset() == null) {
                wire.send("OPTS", "UTF8 ON");
            }
            if (!features.facts().isEmpty()) {
                wire.send("OPTS", "MLST " + features.facts());
            }
            wire.binary();
            opened = true;
            return new Connection(wire, server, features);
        } finally {
            if (!opened) {
                wire.abandon();
            }
        }
    }

    /** Some servers repeat what they do not understand; what they say ends in logs. */
    private static Reply logIn(Wire wire, FtpOptions options) throws IOException {
        Reply user = wire.send("USER", options.user());
        if (user.code() != 331) {
            return user;
        }
        try {
            return wire.send("PASS", options.password()).without(options.password());
        } catch (MalformedServerReplyException e) {
            throw new MalformedServerReplyException("the answer to PASS is none");
        }
    }

    private static Features ask(Wire wire) throws IOException {
        Reply feat = wire.send("FEAT", null);
        Reply site = wire.send("SITE", "HELP");
        Reply system = wire.send("SYST", null);
        Reply home = Wire.require(wire.send("PWD", null));
        return Features.of(
                feat.isDone() ? feat.lines() : List.of(),
                site.isDone() ? site.lines() : List.of(),
                system.code() == 215 && system.text().length() > 4
                        ? system.text().substring(4)
                        : "UNIX",
                home(home));
    }

    /** The quoted path of a 257, in which quotes are doubled (RFC 959, appendix II). */
    private static String home(Reply reply) throws RefusedException {
        String text = reply.text();
        int begin = text.indexOf('"');
        StringBuilder path = new StringBuilder();
        for (int i = begin + 1; begin >= 0 && i < text.length(); i++) {
            if (text.charAt(i) == '"') {
                if (i + 1 == text.length() || text.charAt(i + 1) != '"') {
                    break;
                }
                i++;
            }
            path.append(text.charAt(i));
        }
        if (path.length() == 0 || path.charAt(0) != '/') {
            throw new RefusedException(reply);
        }
        while (path.length() > 1 && path.charAt(path.length() - 1) == '/') {
            path.setLength(path.length() - 1);
        }
        return path.toString();
    }

    Features features() {
        return features;
    }

    FtpOptions options() {
        return options;
    }

    /** Where a path is on the server: always absolute. */
    String at(FsPath path) {
        if (path.isRoot()) {
            return prefix.isEmpty() ? "/" : prefix;
        }
        return prefix + path;
    }

    /** Sends a command and returns whatever is answered. */
    Reply send(String command, @Nullable String argument) throws IOException {
        return guarded(() -> wire.send(command, argument));
    }

    /**
     * Sends a command that must succeed.
     *
     * @throws RefusedException if the answer is no {@code 2yz}
     */
    Reply run(String command, @Nullable String argument) throws IOException {
        return Wire.require(send(command, argument));
    }

    /**
     * Renames in one go.
     *
     * @throws RefusedException if either half is refused; then nothing has happened
     */
    void rename(String from, String to) throws IOException {
        Reply reply = send("RNFR", from);
        if (reply.code() != 350) {
            throw new RefusedException(reply);
        }
        run("RNTO", to);
    }

    /** Begins a transfer, which must end before the next command. */
    Transfer transfer(String command, @Nullable String argument, long offset) throws IOException {
        return guarded(() -> new Transfer(this, wire.transfer(command, argument, offset)));
    }

    /** Waits for the answer that ends a transfer. */
    Reply outcome() throws IOException {
        return guarded(wire::await);
    }

    /** As above, within a short time. */
    Reply outcome(Duration limit) throws IOException {
        return guarded(() -> {
            wire.setSoTimeout((int) limit.toMillis());
            Reply reply = wire.await();
            wire.setSoTimeout((int) options.replyTimeout().toMillis());
            return reply;
        });
    }

    /**
     * Makes a connection good again whose data connection was just closed in the middle, or gives it up: within a short time
     * it must answer, and be in step, which the answer to a {@code NOOP} shows.
     */
    void settle() {
        if (!replies.tryLock()) {
            // Another thread waits for an answer right now.
            abandon();
            return;
        }
        try {
            outcome(AFTERMATH);
            wire.setSoTimeout((int) AFTERMATH.toMillis());
            if (wire.send("NOOP", null).code() != 200) {
                abandon();
            }
            wire.setSoTimeout((int) options.replyTimeout().toMillis());
        } catch (IOException e) {
            abandon();
        } finally {
            replies.unlock();
        }
    }

    /** Tells whether a connection that nobody has used for a while still answers. */
    boolean isAlive() {
        try {
            wire.setSoTimeout(
                    (int) Math.min(ALIVE.toMillis(), options.replyTimeout().toMillis()));
            boolean alive = wire.send("NOOP", null).isDone();
            wire.setSoTimeout((int) options.replyTimeout().toMillis());
            return alive;
        } catch (IOException e) {
            return false;
        }
    }

    private interface Step<T> {
        T take() throws IOException;
    }

    private <T> T guarded(Step<T> step) throws IOException {
        replies.lock();
        try {
            return step.take();
        } catch (IOException e) {
            if (FtpErrors.isConnectionLost(e)) {
                abandon();
            }
            throw e;
        } finally {
            replies.unlock();
        }
    }

    /** Tells whether this must not be used any more. */
    boolean isLost() {
        return lost;
    }

    /** Tells whether this has lain in the pool since it was opened. */
    boolean isReused() {
        return reused;
    }

    /** Goes to rest in the pool. */
    void rest() {
        reused = true;
        idleSince = System.nanoTime();
    }

    Duration restedFor() {
        return Duration.ofNanos(System.nanoTime() - idleSince);
    }

    void abandon() {
        lost = true;
        wire.abandon();
    }

    void quit() {
        lost = true;
        wire.leave();
    }
}
