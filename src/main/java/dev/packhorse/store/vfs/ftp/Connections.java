package dev.packhorse.store.vfs.ftp;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The control connections of a store: as many as the options allow, and one more for short questions of those who hold one
 * that is busy with a transfer, so that they never wait for each other.
 */
final class Connections implements Closeable {

    /** A connection used less than this ago is not asked whether it is alive. */
    private static final Duration SURE = Duration.ofSeconds(5);

    private final Server server;
    private final Semaphore work;
    private final Semaphore questions = new Semaphore(1, true);
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final Set<Connection> all = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private volatile @Nullable Features features;
    private volatile boolean closed;

    Connections(Server server) {
        this.server = server;
        this.work = new Semaphore(server.options().connections(), true);
    }

    /** What the server offers, {@code null} before the first login. */
    @Nullable
    Features features() {
        return features;
    }

    boolean isClosed() {
        return closed;
    }

    /** The right to one connection, which is not opened before it is used. */
    Lease lease() throws IOException {
        take(work, 1);
        return new Lease(work);
    }

    /** Two of them at once: who took one after the other could wait for somebody who does the same. */
    Lease[] two() throws IOException {
        take(work, 2);
        return new Lease[] {new Lease(work), new Lease(work)};
    }

    /** For a short question while another lease is held. */
    Lease question() throws IOException {
        take(questions, 1);
        return new Lease(questions);
    }

    private void take(Semaphore rights, int count) throws IOException {
        requireOpen();
        try {
            if (!rights.tryAcquire(count, server.options().replyTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ConnectException("all connections have been in use for too long");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectException("interrupted");
        }
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new EOFException("the store is closed");
        }
    }

    private Connection connect() throws IOException {
        for (Connection resting = idle.pollFirst(); resting != null; resting = idle.pollFirst()) {
            if (resting.restedFor().compareTo(SURE) < 0 || resting.isAlive()) {
                return resting;
            }
            drop(resting);
        }
        requireOpen();
        Connection fresh = Connection.open(server, features);
        features = fresh.features();
        all.add(fresh);
        if (closed) {
            drop(fresh);
        }
        return fresh;
    }

    private void drop(Connection connection) {
        all.remove(connection);
        connection.abandon();
    }

    /** A connection was lost: those that rested with it are as well, and the server may be another. */
    private void forgetResting() {
        for (Connection resting = idle.pollFirst(); resting != null; resting = idle.pollFirst()) {
            drop(resting);
        }
        features = null;
    }

    private void rest(Connection connection) {
        connection.rest();
        idle.addFirst(connection);
        if (closed) {
            close();
        } else if (sweeping.compareAndSet(false, true)) {
            Clock.after(server.options().idleTimeout(), this::sweep);
        }
    }

    private void sweep() {
        Duration limit = server.options().idleTimeout();
        sweeping.set(false);
        for (Connection resting = idle.peekLast();
                resting != null && resting.restedFor().compareTo(limit) >= 0;
                resting = idle.peekLast()) {
            if (idle.removeLastOccurrence(resting)) {
                all.remove(resting);
                resting.quit();
            }
        }
        if (!idle.isEmpty() && sweeping.compareAndSet(false, true)) {
            Clock.after(limit, this::sweep);
        }
    }

    /** How many connections are open, for tests. */
    int open() {
        return all.size();
    }

    @Override
    public void close() {
        closed = true;
        for (Connection connection : List.copyOf(all)) {
            if (idle.remove(connection)) {
                connection.quit();
            } else {
                connection.abandon();
            }
            all.remove(connection);
        }
    }

    /** What is asked of a connection. */
    interface Call<T> {
        T on(Connection connection) throws IOException;
    }

    /** As above, where there may be no answer. */
    interface Look<T> {
        @Nullable
        T on(Connection connection) throws IOException;
    }

    /** As above, without one. */
    interface Action {
        void on(Connection connection) throws IOException;
    }

    /** The right to one connection at a time. Used by one thread at a time, save {@link #close}. */
    final class Lease implements Closeable {
        private final Semaphore rights;
        private final AtomicBoolean returned = new AtomicBoolean();
        private volatile @Nullable Connection current;

        private Lease(Semaphore rights) {
            this.rights = rights;
        }

        /**
         * Does what may be done twice: once more, on a new connection, if the one from the pool turns out to be gone.
         *
         * @throws RefusedException for what the server refuses
         */
        <T> T repeat(Call<T> call) throws IOException {
            Connection connection = connection();
            try {
                return call.on(connection);
            } catch (IOException e) {
                forgive(connection, e);
                return call.on(connection());
            }
        }

        /** As {@link #repeat}, for what may find nothing. */
        <T> @Nullable T look(Look<T> look) throws IOException {
            Connection connection = connection();
            try {
                return look.on(connection);
            } catch (IOException e) {
                forgive(connection, e);
                return look.on(connection());
            }
        }

        /** Throws a failure again unless it is that of a connection which had rested for too long. */
        private void forgive(Connection connection, IOException failure) throws IOException {
            if (!connection.isLost() || !connection.isReused() || failure instanceof SocketTimeoutException || closed) {
                throw failure;
            }
            forgetResting();
        }

        /** Does what may not be done twice. */
        <T> T once(Call<T> call) throws IOException {
            return call.on(connection());
        }

        /** As above, without an answer. */
        void run(Action action) throws IOException {
            action.on(connection());
        }

        private Connection connection() throws IOException {
            Connection held = current;
            if (held != null && !held.isLost()) {
                return held;
            }
            if (held != null) {
                drop(held);
            }
            Connection fresh = connect();
            current = fresh;
            if (returned.get()) {
                drop(fresh);
                throw new EOFException("closed while it was used");
            }
            return fresh;
        }

        /** Closes the connection under the hands of another thread, and gives back the right to it. */
        void sever() {
            Connection held = current;
            if (held != null) {
                held.abandon();
            }
            close();
        }

        @Override
        public void close() {
            if (!returned.compareAndSet(false, true)) {
                return;
            }
            Connection held = current;
            current = null;
            if (held != null) {
                if (held.isLost()) {
                    drop(held);
                } else {
                    rest(held);
                }
            }
            rights.release();
        }
    }
}
