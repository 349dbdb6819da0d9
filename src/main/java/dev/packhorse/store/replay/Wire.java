package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.wire.replay.EncryptedQuery;
import dev.packhorse.wire.replay.ReplayQuery;
import dev.packhorse.wire.replay.ReplayStatus;
import dev.packhorse.wire.replay.SoftwareVersion;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Sends commands, each over a connection of its own, in the words of INTEROP section 2.
 *
 * <p>What only asks is asked once more if the connection was refused, or gone before an answer began. What changes the device is sent
 * once: if no answer can be understood, its outcome is not known ({@link UnknownOutcomeException}).
 */
final class Wire implements Closeable {

    private static final Logger LOG = System.getLogger(Wire.class.getName());

    /** The credential of every unit ever sold, public since 2001 (INTEROP section 2). */
    private static final String HEADERS = "Accept-Encoding: text/plain\r\n"
            + "User-Agent: Replay-HTTPFS/1\r\n"
            + "Authorization: Basic Uk5TQmFzaWM6QTd4KjgtUXQ=\r\n";

    /** How much longer than an answer a whole listing may take. */
    private static final int LISTING = 10;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Whereabouts where;
    private final Whereabouts.Endpoint at;
    private final ReplayOptions options;
    private final Device device;
    private final Described described;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean toldOfClocks = new AtomicBoolean();
    private volatile boolean closed;

    /** Speaks with a device at an address, which is given up as {@link Whereabouts#lost} when nobody takes a connection there. */
    Wire(Whereabouts where, Whereabouts.Endpoint at, ReplayOptions options, Device device) {
        this.where = where;
        this.at = at;
        this.options = options;
        this.device = device;
        this.described = new Described(this::connect, options.timeout(), System::nanoTime);
    }

    /** What the device says of itself. */
    Described described() {
        return described;
    }

    /** Sends the body of a {@code writefile}. */
    interface Upload {
        void to(Connection connection) throws IOException;
    }

    /**
     * Asks something that changes nothing. All of the answer has to be there in the time of one, and of an {@code ls} in ten times that,
     * however steadily it comes; {@link Answer#unlimited} lifts that.
     *
     * @throws StatusException if the device refuses
     */
    Answer ask(Command command, ReplayQuery query) throws IOException {
        try {
            return exchange(command, query);
        } catch (LostException e) {
            return exchange(command, query);
        }
    }

    private Answer exchange(Command command, ReplayQuery query) throws IOException {
        boolean encrypts = encrypts();
        Connection connection = connect();
        boolean answered = false;
        try {
            connection.limit(command == Command.LS ? options.timeout().multipliedBy(LISTING) : options.timeout());
            send(connection, "GET " + target(command, query, encrypts) + " HTTP/1.1\r\n");
            Answer answer = read(connection, command, encrypts);
            answered = true;
            return answer;
        } finally {
            if (!answered) {
                connection.close();
            }
        }
    }

    /**
     * Does something.
     *
     * @throws StatusException if the device refuses
     * @throws UnknownOutcomeException if nobody knows
     */
    void change(Command command, ReplayQuery query) throws IOException {
        boolean encrypts = encrypts();
        try (Connection connection = connect()) {
            connection.limit(command == Command.CP ? options.copyTimeout() : options.timeout());
            outcome(command, () -> {
                send(connection, "GET " + target(command, query, encrypts) + " HTTP/1.1\r\n");
                return read(connection, command, encrypts);
            });
        }
    }

    /**
     * Sends a body to a file that is there.
     *
     * @param length what the body has, exactly
     * @throws StatusException if the device refuses
     * @throws UnknownOutcomeException if nobody knows how much has arrived
     */
    void upload(ReplayQuery query, long length, Upload body) throws IOException {
        boolean encrypts = encrypts();
        try (Connection connection = connect()) {
            outcome(Command.WRITEFILE, () -> {
                send(
                        connection,
                        "POST " + target(Command.WRITEFILE, query, encrypts) + " HTTP/1.0\r\nContent-Length: " + length
                                + "\r\n");
                try {
                    body.to(connection);
                } catch (IOException e) {
                    throw refusal(connection, encrypts, e);
                }
                connection.limit(options.timeout());
                return read(connection, Command.WRITEFILE, encrypts);
            });
        }
    }

    /** A device that does not want more says why before it closes the connection. */
    private IOException refusal(Connection connection, boolean encrypts, IOException failure) {
        if (failure instanceof InterruptedIOException || failure instanceof ClosedChannelException) {
            return failure;
        }
        try {
            connection.limit(options.timeout());
            read(connection, Command.WRITEFILE, encrypts);
        } catch (StatusException e) {
            return e;
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    private interface Exchange {
        Answer run() throws IOException;
    }

    private static void outcome(Command command, Exchange exchange) throws IOException {
        try {
            exchange.run().close();
        } catch (StatusException e) {
            throw e;
        } catch (IOException e) {
            throw new UnknownOutcomeException(command, e);
        }
    }

    /** A {@link PlainRequest} to this device. */
    InputStream plain(String target) throws IOException {
        return plain(connect(), options.timeout().multipliedBy(LISTING), target);
    }

    /**
     * A {@link PlainRequest} over a connection that is there, and that is closed with the body, or if there is none.
     *
     * @param limit until the end of the body
     */
    static InputStream plain(Connection connection, Duration limit, String target) throws IOException {
        boolean answered = false;
        try {
            connection.limit(limit);
            send(connection, "GET " + target + " HTTP/1.1\r\n");
            AnswerInput body = AnswerInput.open(connection::read);
            answered = true;
            return new FilterInputStream(body) {
                @Override
                public void close() throws IOException {
                    connection.close();
                }
            };
        } finally {
            if (!answered) {
                connection.close();
            }
        }
    }

    private Connection connect() throws IOException {
        requireOpen();
        Runnable turn = device.turn(options.timeout());
        Connection[] made = new Connection[1];
        Connection connection;
        try {
            connection = Connection.open(at, options.connectTimeout(), options.timeout(), () -> {
                if (made[0] != null) {
                    open.remove(made[0]);
                }
                turn.run();
            });
        } catch (IOException e) {
            where.lost(at);
            described.lost();
            throw e;
        }
        made[0] = connection;
        open.add(connection);
        if (closed) {
            connection.close();
            requireOpen();
        }
        return connection;
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new LostException("the store is closed");
        }
    }

    private static void send(Connection connection, String first) throws IOException {
        byte[] head = (first + HEADERS + "Host: " + connection.at().authority() + "\r\n\r\n").getBytes(ISO_8859_1);
        connection.write(head, 0, head.length);
    }

    /** Whether the device wants encrypted queries; before a connection is opened, since it may have to be asked. */
    private boolean encrypts() throws IOException {
        SoftwareVersion given = options.softwareVersion();
        return (given == null ? described.version() : given).encrypts();
    }

    /** What follows the verb, one character for each byte. */
    private String target(Command command, ReplayQuery query, boolean encrypts) {
        byte[] plain = query.bytes();
        String text = encrypts
                ? EncryptedQuery.seal(
                        plain,
                        options.clock().instant().plus(options.clockOffset()),
                        RANDOM.nextInt(),
                        RANDOM.nextInt())
                : new String(plain, ISO_8859_1);
        return command.target() + "?" + text;
    }

    private Answer read(Connection connection, Command command, boolean encrypts) throws IOException {
        try {
            return Answer.read(connection, command, encrypts);
        } catch (StatusException e) {
            if (e.status() == null) {
                LOG.log(Level.WARNING, "a code that is not known answer=" + e.getMessage());
            } else if (encrypts && e.is(ReplayStatus.NO_PERMISSION) && toldOfClocks.compareAndSet(false, true)) {
                // Its clients are told no more than that it is forbidden.
                LOG.log(Level.WARNING, connection.at().authority() + ": " + e.getMessage());
            }
            throw e;
        }
    }

    /** A name off the wire as text; {@code null} if it is not UTF-8. */
    static @Nullable String text(String raw) {
        byte[] bytes = raw.getBytes(ISO_8859_1);
        String text = new String(bytes, UTF_8);
        return text.indexOf('\uFFFD') < 0 ? text : null;
    }

    Duration pace() {
        return options.pace();
    }

    boolean isClosed() {
        return closed;
    }

    /** Ends all that is going on. */
    @Override
    public void close() throws IOException {
        closed = true;
        for (Connection connection : open) {
            connection.close();
        }
    }
}
