package dev.packhorse.store.sftp;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.client.session.forward.ExplicitPortForwardingTracker;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a store: opened when needed, shared by operations, replaced when lost, closed when idle.
 *
 * <p>A session takes many requests at once, but answers them in order, and one transfer can fill it. So an operation gets the
 * session with the least to do, and a new one is opened while all have {@value #CROWDED} or more. What is lost in an operation
 * that has not changed anything yet is done once again, on a fresh session.
 */
final class Connections implements AutoCloseable {

    /** So much on a session makes it worth another. A transfer counts for that many. */
    static final int CROWDED = 4;

    /** An operation on a connection. */
    @FunctionalInterface
    interface Work<T> {
        T on(Lease lease) throws IOException;
    }

    private static final class Member {
        final Connection connection;
        int load;
        long idleSince = System.nanoTime();

        Member(Connection connection) {
            this.connection = connection;
        }
    }

    /** The use of a connection by one operation. */
    final class Lease implements AutoCloseable {
        private final Member member;
        private final int weight;
        private boolean changing;
        private boolean kept;
        private boolean closed;

        private Lease(Member member, int weight) {
            this.member = member;
            this.weight = weight;
        }

        Connection connection() {
            return member.connection;
        }

        /** From here on the operation must not be repeated. */
        void changing() {
            changing = true;
        }

        boolean isChanging() {
            return changing;
        }

        /** Leaves the lease to somebody who closes it later. */
        void keep() {
            kept = true;
        }

        @Override
        public void close() {
            release(this);
        }
    }

    private final Host target;
    private final @Nullable Host jump;
    private final SftpOptions options;
    private final String root;
    private final List<Member> members = new ArrayList<>();
    private final ReentrantLock connecting = new ReentrantLock();
    private final ScheduledExecutorService background;
    private volatile boolean closed;
    private volatile @Nullable Connection latest;
    private @Nullable ConnectException lastFailure;
    private long lastFailureAt;

    @SuppressWarnings("FutureReturnValueIgnored") // the task goes on until the store is closed
    Connections(String host, int port, String root, SftpOptions options) {
        this.options = options;
        this.root = root;
        this.target = new Host(host, port, options.user(), options, true);
        this.jump = options.jump() == null ? null : jump(options.jump(), options);
        this.background = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "sftp-" + host);
            thread.setDaemon(true);
            return thread;
        });
        long tick = Math.max(50, Math.min(10_000, options.timeouts().idle().toMillis() / 4));
        background.scheduleWithFixedDelay(this::closeIdle, tick, tick, TimeUnit.MILLISECONDS);
    }

    private static Host jump(String text, SftpOptions options) {
        int at = text.lastIndexOf('@');
        String user = at < 0 ? options.user() : text.substring(0, at);
        String place = text.substring(at + 1);
        int colon = place.lastIndexOf(':');
        boolean port = colon > 0 && place.indexOf(']') < colon;
        String name = port ? place.substring(0, colon) : place;
        return new Host(
                name.replaceAll("[\\[\\]]", ""),
                port ? Integer.parseInt(place.substring(colon + 1)) : 22,
                user,
                options,
                false);
    }

    /** A single thread for what may wait: closing and cleaning up. */
    ScheduledExecutorService background() {
        return background;
    }

    /** The connection opened last, for what the server offers; {@code null} before the first. */
    @Nullable
    Connection latest() {
        return latest;
    }

    /** Opens a connection, if there is none, to find out whether that can be done. */
    void probe() throws FsException {
        try {
            take(1, false).close();
        } catch (ConnectException e) {
            throw new FsException(e.kind(), "open", FsPath.ROOT, e);
        } catch (IOException e) {
            throw SftpErrors.of(e, "open", FsPath.ROOT);
        }
    }

    <T> T run(String operation, FsPath path, Work<T> work) throws FsException {
        return run(operation, path, 1, work);
    }

    /** Runs an operation, and once again if its connection is lost before it has changed anything. */
    <T> T run(String operation, FsPath path, int weight, Work<T> work) throws FsException {
        for (boolean again = false; ; again = true) {
            if (closed) {
                throw new FsException(Kind.UNAVAILABLE, operation, path);
            }
            Lease lease;
            try {
                lease = take(weight, again);
            } catch (ConnectException e) {
                // A client cannot mend a key or a password of the gateway.
                Kind kind = e.kind() == Kind.TIMEOUT ? Kind.TIMEOUT : Kind.UNAVAILABLE;
                throw new FsException(kind, operation, path, e);
            } catch (IOException e) {
                throw SftpErrors.of(e, operation, path);
            }
            try {
                return work.on(lease);
            } catch (ConnectionLostException e) {
                if (again || lease.changing || closed) {
                    throw SftpErrors.of(e, operation, path);
                }
            } catch (IOException e) {
                throw SftpErrors.of(e, operation, path);
            } finally {
                if (!lease.kept) {
                    lease.close();
                }
            }
        }
    }

    private Lease take(int weight, boolean fresh) throws IOException {
        long since = System.nanoTime();
        if (!fresh) {
            Lease lease = share(weight, CROWDED);
            if (lease != null) {
                return lease;
            }
        }
        connecting.lock();
        try {
            // Somebody else may have opened one, or failed to, while this waited.
            Lease lease = fresh ? null : share(weight, CROWDED);
            if (lease == null && (fresh || size() < options.sessions())) {
                if (lastFailure != null && lastFailureAt - since > 0) {
                    throw lastFailure;
                }
                lease = add(weight);
            }
            return lease == null ? shareAny(weight) : lease;
        } finally {
            connecting.unlock();
        }
    }

    private Lease shareAny(int weight) throws IOException {
        Lease lease = share(weight, Integer.MAX_VALUE);
        return lease == null ? add(weight) : lease;
    }

    private synchronized int size() {
        return members.size();
    }

    private synchronized @Nullable Lease share(int weight, int limit) {
        members.removeIf(member -> !member.connection.isOpen());
        Member least = null;
        for (Member member : members) {
            if (member.load < limit && (least == null || member.load < least.load)) {
                least = member;
            }
        }
        return least == null ? null : lease(least, weight);
    }

    private synchronized Lease lease(Member member, int weight) {
        member.load += weight;
        return new Lease(member, weight);
    }

    private synchronized void release(Lease lease) {
        if (!lease.closed) {
            lease.closed = true;
            lease.member.load -= lease.weight;
            lease.member.idleSince = System.nanoTime();
        }
    }

    private Lease add(int weight) throws IOException {
        if (closed) {
            throw new ConnectException(Kind.UNAVAILABLE, "the store is closed", null);
        }
        try {
            Member member =
                    new Member(Connection.open(session(), options.timeouts().operation(), root));
            lastFailure = null;
            latest = member.connection;
            synchronized (this) {
                members.add(member);
                if (closed) {
                    member.connection.close();
                }
            }
            return lease(member, weight);
        } catch (ConnectException e) {
            lastFailure = e;
            lastFailureAt = System.nanoTime();
            throw e;
        }
    }

    private ClientSession session() throws IOException {
        if (jump == null) {
            return target.connect(new InetSocketAddress(target.name(), target.port()));
        }
        ClientSession first = jump.connect(new InetSocketAddress(jump.name(), jump.port()));
        try {
            ExplicitPortForwardingTracker tunnel = first.createLocalPortForwardingTracker(
                    new SshdSocketAddress("127.0.0.1", 0), new SshdSocketAddress(target.name(), target.port()));
            ClientSession second = target.connect(tunnel.getBoundAddress().toInetSocketAddress());
            second.addCloseFutureListener(end -> first.close(true));
            first.addCloseFutureListener(end -> second.close(true));
            return second;
        } catch (ConnectException e) {
            first.close(true);
            throw e;
        } catch (IOException | RuntimeException e) {
            first.close(true);
            throw new ConnectException(
                    Kind.UNAVAILABLE, jump.name() + " does not lead to " + target.name() + ":" + target.port(), e);
        }
    }

    private void closeIdle() {
        List<Member> idle = new ArrayList<>();
        synchronized (this) {
            long now = System.nanoTime();
            long limit = options.timeouts().idle().toNanos();
            for (Member member : members) {
                if (member.load == 0 && now - member.idleSince > limit) {
                    idle.add(member);
                }
            }
            members.removeAll(idle);
        }
        for (Member member : idle) {
            member.connection.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        background.shutdownNow();
        List<Member> all;
        synchronized (this) {
            all = List.copyOf(members);
            members.clear();
        }
        for (Member member : all) {
            member.connection.close();
        }
        target.close();
        if (jump != null) {
            jump.close();
        }
    }
}
