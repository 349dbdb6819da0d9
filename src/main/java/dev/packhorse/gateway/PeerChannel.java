package dev.packhorse.gateway;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.Closeable;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * What the gateways on one PostgreSQL tell each other, by its {@code NOTIFY}: which paths of which store have changed, and
 * which store has got its first row in the overlay.
 *
 * <p>Announcing does not wait: one thread sends what has gathered, in one statement; what cannot be sent is sent later. Another
 * thread listens, on a connection of its own. Whenever that connection is new something may have been missed, and those who
 * listen are told that everything has changed. Nothing depends on the channel but how soon a gateway sees what others have
 * done: what is remembered ends by itself.
 *
 * <p>A message is {@code sender kind store path}, form-encoded; the path of news of rows is the root.
 */
final class PeerChannel implements Closeable {

    /** By this name PostgreSQL shows the connection that listens. */
    static final String APPLICATION = "packhorse listener";

    private static final String CHANNEL = "packhorse";

    /** PostgreSQL takes less than 8,000 bytes in a message. */
    private static final int MAX_MESSAGE = 7999;

    /** More paths of one store on their way at once are all of it. */
    private static final int MAX_PATHS = 1000;

    /** How often the driver, which cannot be interrupted, looks up from listening. */
    private static final Duration GLANCE = Duration.ofMillis(200);

    /** How often the connection is asked whether it still is one. */
    private static final Duration QUIET = Duration.ofSeconds(10);

    private static final int ANSWER_SECONDS = 5;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Logger LOG = Logger.getLogger(PeerChannel.class);

    /** What a message is about. */
    private enum Kind {
        PATH,
        ROWS
    }

    private final String self = UUID.randomUUID().toString();
    private final DataSource database;
    private final Consumer<String> rows;
    private final Runnable anyRows;
    private final Map<String, Consumer<FsPath>> caches = new ConcurrentHashMap<>();
    private final Thread sender = thread(this::send, "peers-send");
    private final Thread listener = thread(this::listen, "peers-listen");
    private final Object lock = new Object();
    /** What is to be sent, by store. */
    private Map<String, Set<FsPath>> changed = new HashMap<>();

    private Set<String> appeared = new HashSet<>();
    private boolean closed;

    /**
     * A channel that is silent until {@link #start}.
     *
     * @param rows is told of the store to which another gateway has given its first row
     * @param anyRows is told that this may have happened to any
     */
    PeerChannel(DataSource database, Consumer<String> rows, Runnable anyRows) {
        this.database = database;
        this.rows = rows;
        this.anyRows = anyRows;
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        sender.start();
        listener.start();
    }

    /** Tells a cache what other gateways have changed in its store; the root is everything. */
    void hear(String store, Consumer<FsPath> cache) {
        caches.put(store, cache);
    }

    /** Tells the other gateways that a path has changed. */
    void changed(String store, FsPath path) {
        synchronized (lock) {
            Set<FsPath> paths = changed.computeIfAbsent(store, key -> new HashSet<>());
            if (paths.size() < MAX_PATHS) {
                paths.add(path);
            } else {
                paths.add(FsPath.ROOT);
            }
            lock.notifyAll();
        }
    }

    /** Tells the other gateways that a store has its first row. */
    void appeared(String store) {
        synchronized (lock) {
            appeared.add(store);
            lock.notifyAll();
        }
    }

    /** What there is to send; when there is nothing, it waits, and is empty in the end. */
    private Map<String, Set<FsPath>> takeChanged(Set<String> first) throws InterruptedException {
        synchronized (lock) {
            while (changed.isEmpty() && appeared.isEmpty() && !closed) {
                lock.wait();
            }
            first.addAll(appeared);
            appeared.clear();
            Map<String, Set<FsPath>> taken = changed;
            changed = new HashMap<>();
            return taken;
        }
    }

    private void send() {
        boolean failed = false;
        try {
            while (true) {
                Set<String> first = new HashSet<>();
                Map<String, Set<FsPath>> paths = takeChanged(first);
                if (first.isEmpty() && paths.isEmpty()) {
                    return;
                }
                try {
                    send(messages(first, paths));
                    failed = false;
                } catch (SQLException e) {
                    if (!failed) {
                        LOG.warnf(
                                e,
                                "other gateways do not hear of changes; they are told when the state database answers");
                    }
                    failed = true;
                    first.forEach(this::appeared);
                    paths.forEach((store, each) -> each.forEach(path -> changed(store, path)));
                    if (pausedUntilClosed()) {
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<String> messages(Set<String> first, Map<String, Set<FsPath>> paths) {
        List<String> messages = new ArrayList<>();
        first.forEach(store -> messages.add(message(Kind.ROWS, store, "/")));
        paths.forEach((store, all) -> {
            for (FsPath path : all.contains(FsPath.ROOT) ? Set.of(FsPath.ROOT) : all) {
                String message = message(Kind.PATH, store, path.toString());
                messages.add(message.length() <= MAX_MESSAGE ? message : message(Kind.PATH, store, "/"));
            }
        });
        return messages;
    }

    private String message(Kind kind, String store, String path) {
        return self + ' ' + kind + ' ' + encoded(store) + ' ' + encoded(path);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void send(List<String> messages) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "select count(pg_notify('" + CHANNEL + "', message)) from unnest(?) as message")) {
            Array array = connection.createArrayOf("text", messages.toArray());
            statement.setArray(1, array);
            statement.executeQuery().close();
        }
    }

    private void listen() {
        boolean failed = false;
        try {
            do {
                try (Connection connection = database.getConnection()) {
                    try {
                        connection.setClientInfo("ApplicationName", APPLICATION);
                        Notifications news = new Notifications(connection, CHANNEL);
                        anyRows.run();
                        caches.values().forEach(cache -> cache.accept(FsPath.ROOT));
                        failed = false;
                        hear(connection, news);
                    } finally {
                        // It listens, or is broken: nobody else is to get it.
                        connection.abort(Runnable::run);
                    }
                } catch (SQLException e) {
                    if (!failed && !isClosed()) {
                        LOG.warnf(e, "this gateway does not hear what others change; it listens again when it can");
                    }
                    failed = true;
                }
            } while (!pausedUntilClosed());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void hear(Connection connection, Notifications news) throws SQLException {
        long last = System.nanoTime();
        while (!isClosed()) {
            news.await((int) GLANCE.toMillis()).forEach(this::heard);
            if (System.nanoTime() - last > QUIET.toNanos()) {
                if (!connection.isValid(ANSWER_SECONDS)) {
                    throw new SQLException("the connection is gone", "08006");
                }
                last = System.nanoTime();
            }
        }
    }

    private void heard(String message) {
        String[] words = message.split(" ", -1);
        if (words.length != 4 || words[0].equals(self)) {
            return;
        }
        try {
            String store = URLDecoder.decode(words[2], StandardCharsets.UTF_8);
            FsPath path = FsPath.parse(URLDecoder.decode(words[3], StandardCharsets.UTF_8));
            if (words[1].equals(Kind.ROWS.name())) {
                rows.accept(store);
            } else {
                caches.getOrDefault(store, nobody -> {}).accept(path);
            }
        } catch (FsException | IllegalArgumentException e) {
            LOG.debugf(e, "somebody else uses the gateways' channel");
        }
    }

    private boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    /** Tells whether there is nothing to go on with after a pause. */
    private boolean pausedUntilClosed() throws InterruptedException {
        long end = System.nanoTime() + PAUSE.toNanos();
        synchronized (lock) {
            for (long left = PAUSE.toNanos(); left > 0 && !closed; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(lock, left);
            }
            return closed;
        }
    }

    /** Sends what is left to be sent, if that takes no longer than some seconds, and listens no more. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        try {
            sender.join(PATIENCE.toMillis());
            listener.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
