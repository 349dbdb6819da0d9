package dev.packhorse.policy.observe;

import dev.packhorse.fs.FsException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes audit lines to where they go, in the order in which they came; the package says what is promised of them.
 *
 * <p>One thread writes: all lines that have come while it wrote are the next group, so that changes that run at the same time share
 * one write. It comes by every {@value #PAUSE_MILLIS} ms, and at once for a change. A group that cannot be written is tried again
 * every {@value #RETRY_MILLIS} ms until it can.
 */
public final class AuditLog implements Closeable {

    private static final Logger LOG = Logger.getLogger(AuditLog.class);

    /** To be woken for each line of a read would cost the read more than the line. */
    private static final long PAUSE_MILLIS = 50;

    private static final long RETRY_MILLIS = 250;

    /** How long a line that changes nothing waits for room. */
    private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Bytes of lines that may wait, estimated: some 50,000. */
    private static final long ROOM = 16 << 20;

    /** Bytes of one group, estimated. */
    private static final long GROUP = 512 << 10;

    /** A name that somebody has tried is cut behind this many characters. */
    private static final int MAX_NAME = 256;

    /** What becomes of changes while the log cannot be written. */
    public enum WhenFull {
        /** They are refused before they are made. */
        REFUSE,
        /** They are made; their lines wait, as long as there is room. */
        CONTINUE
    }

    /**
     * How a log is kept.
     *
     * @param looks whether {@code stat} and {@code space} are lines, too
     * @param whenFull what becomes of changes while it cannot be written
     * @param patience how long a change that has been made waits for its line to be handed over
     */
    public record Options(boolean looks, WhenFull whenFull, Duration patience) {

        /** No looks, no changes without a log, five seconds. */
        public static final Options DEFAULT = new Options(false, WhenFull.REFUSE, Duration.ofSeconds(5));
    }

    /** A line that waits; for the line of a change, who waits for it. */
    private record Waiting(AuditLine line, @Nullable CountDownLatch written) {}

    /** Lines of one sort, in their order. Guarded by the lock. */
    private static final class Lane {
        private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        private long weight;

        void add(Waiting line) {
            waiting.add(line);
            weight += line.line.weight();
        }

        /** Moves lines to a group that has {@code size} already; returns its new size. */
        long moveTo(List<Waiting> group, long size) {
            long all = size;
            while (all < GROUP && !waiting.isEmpty()) {
                Waiting line = waiting.remove();
                group.add(line);
                weight -= line.line.weight();
                all += line.line.weight();
            }
            return all;
        }
    }

    private final AuditOutput output;
    private final Options options;
    private final InstantSource clock;
    private final LongAdder dropped = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final ByteArrayOutputStream encoded = new ByteArrayOutputStream(64 << 10);
    private final AuditLine.Writer lines;
    private final Thread writer;

    private final ReentrantLock lock = new ReentrantLock();
    /** The writer has something to do that must not wait. */
    private final Condition due = lock.newCondition();
    /** Lines have been taken out. */
    private final Condition room = lock.newCondition();

    private final Condition closing = lock.newCondition();

    private final Lane changes = new Lane();
    private final Lane others = new Lane();
    /** What no line tells of yet. */
    private long untoldDropped;

    private long untoldRefused;
    private boolean closed;

    /** The log cannot be written, or not fast enough, and what has been changed waits for it. */
    private volatile boolean behind;

    private AuditLog(AuditOutput output, Options options, InstantSource clock) throws IOException {
        this.output = output;
        this.options = options;
        this.clock = clock;
        this.lines = new AuditLine.Writer(encoded);
        this.writer = new Thread(this::write, "audit-log");
        writer.setDaemon(true);
        writer.start();
    }

    /** A log to some output, which it closes. */
    public static AuditLog to(AuditOutput output, Options options) throws IOException {
        return to(output, options, InstantSource.system());
    }

    static AuditLog to(AuditOutput output, Options options, InstantSource clock) throws IOException {
        return new AuditLog(output, options, clock);
    }

    /** Whether what is only looked at is a line, too. */
    boolean hasLooks() {
        return options.looks();
    }

    long millis() {
        return clock.millis();
    }

    /** Lines that were given up because too many waited. */
    public long dropped() {
        return dropped.sum();
    }

    /** Changes that were refused because the log could not be written. */
    public long refused() {
        return refused.sum();
    }

    /** Whether the log cannot be written at the moment, or not fast enough. */
    public boolean isBehind() {
        return behind;
    }

    /** Bytes of lines that wait, estimated. */
    public long waitingBytes() {
        lock.lock();
        try {
            return changes.weight + others.weight;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets a change begin.
     *
     * @throws FsException {@code UNAVAILABLE} while the log cannot take its line: it must not happen
     */
    void admit(Observed change) throws FsException {
        if (!behind || options.whenFull() == WhenFull.CONTINUE) {
            return;
        }
        refused.increment();
        lock.lock();
        try {
            untoldRefused++;
        } finally {
            lock.unlock();
        }
        throw change.refusal();
    }

    /**
     * Takes the line of a change, and waits until the operating system has it.
     *
     * @return whether the change may be acknowledged; if not, its line goes on waiting
     */
    boolean handOver(AuditLine line) {
        boolean continues = options.whenFull() == WhenFull.CONTINUE;
        CountDownLatch written = new CountDownLatch(1);
        lock.lock();
        try {
            if (closed || (continues && changes.weight > ROOM)) {
                drop();
                return continues;
            }
            changes.add(new Waiting(line, written));
            due.signal();
            if (continues && behind) {
                return true;
            }
        } finally {
            lock.unlock();
        }
        return isWritten(written) || continues;
    }

    private boolean isWritten(CountDownLatch written) {
        try {
            if (written.await(options.patience().toNanos(), TimeUnit.NANOSECONDS)) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        lock.lock();
        try {
            if (written.getCount() == 0) {
                return true;
            }
            fallBehind("within " + options.patience().toMillis() + " ms");
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a line that nobody waits for. */
    void add(AuditLine line) {
        lock.lock();
        try {
            if (closed || (others.weight > ROOM && !hasRoomSoon())) {
                drop();
                return;
            }
            others.add(new Waiting(line, null));
            if (others.weight > ROOM / 2) {
                due.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the line of somebody who was not let in.
     *
     * @param name as who; {@code null} if the credential does not say it. Never a credential
     * @param protocol over what, {@code httpfs}
     * @param request its number in the other logs; {@code null} if it has none
     */
    public void refusedLogin(@Nullable String name, InetAddress address, String protocol, @Nullable Long request) {
        String shown = name == null || name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME);
        add(new AuditLine.RefusedLogin(millis(), shown, address.getHostAddress(), protocol, request));
    }

    private void drop() {
        dropped.increment();
        untoldDropped++;
    }

    private boolean hasRoomSoon() {
        long left = MOMENT_NANOS;
        try {
            while (others.weight > ROOM && left > 0 && !behind) {
                left = room.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return others.weight <= ROOM;
    }

    private void fallBehind(String why) {
        if (!behind) {
            behind = true;
            LOG.errorf(
                    "the audit log %s cannot be written %s; until it can, changes %s",
                    output, why, options.whenFull() == WhenFull.REFUSE ? "are refused" : "go on without it");
        }
    }

    private void write() {
        boolean complete = false;
        try (output) {
            List<Waiting> group = next();
            while (group != null && isHandedOver(encoded(group))) {
                written(group);
                group = next();
            }
            complete = group == null;
        } catch (IOException | RuntimeException | Error e) {
            LOG.errorf(e, "the audit log %s has ended", output);
        } finally {
            if (!complete) {
                end();
            }
        }
    }

    /** The next lines, in the order of their time, those of changes before others are; {@code null} behind the last. */
    private @Nullable List<Waiting> next() {
        List<Waiting> group = new ArrayList<>();
        lock.lock();
        try {
            while (!closed && changes.waiting.isEmpty() && others.weight < ROOM / 2) {
                if (due.awaitNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS)) <= 0 && hasAny()) {
                    break;
                }
            }
            if (!hasAny()) {
                return null;
            }
            others.moveTo(group, changes.moveTo(group, 0));
            group.sort(Comparator.comparingLong(each -> each.line.millis()));
            if (isUntold()) {
                group.add(new Waiting(new AuditLine.Missing(millis(), untoldDropped, untoldRefused), null));
                untoldDropped = 0;
                untoldRefused = 0;
            }
            room.signalAll();
            return group;
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        } finally {
            lock.unlock();
        }
    }

    private boolean hasAny() {
        return !changes.waiting.isEmpty() || !others.waiting.isEmpty() || isUntold();
    }

    private boolean isUntold() {
        return untoldDropped + untoldRefused > 0;
    }

    private ByteBuffer encoded(List<Waiting> group) throws IOException {
        encoded.reset();
        for (Waiting each : group) {
            lines.write(each.line);
        }
        return ByteBuffer.wrap(encoded.toByteArray());
    }

    /** Writes until it is done; gives up only if the log is closed, and then not at once. */
    private boolean isHandedOver(ByteBuffer bytes) {
        long giveUp = Long.MAX_VALUE;
        while (true) {
            try {
                output.write(bytes);
                return true;
            } catch (IOException e) {
                lock.lock();
                try {
                    fallBehind("(" + e + ")");
                    long now = System.nanoTime();
                    if (closed && giveUp == Long.MAX_VALUE) {
                        giveUp = now + options.patience().toNanos();
                    }
                    if (closed && now - giveUp >= 0) {
                        return false;
                    }
                    closing.awaitNanos(TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS));
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException("nobody interrupts this thread", interrupted);
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    private void written(List<Waiting> group) {
        lock.lock();
        try {
            for (Waiting each : group) {
                if (each.written != null) {
                    each.written.countDown();
                }
            }
            if (behind && changes.weight <= GROUP) {
                behind = false;
                LOG.infof("the audit log %s is written again", output);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What waits now is lost, and nothing can follow. */
    private void end() {
        lock.lock();
        try {
            closed = true;
            behind = true;
            LOG.errorf(
                    "lines of the audit log %s are lost: of %d changes and %d other operations, and what was just written",
                    output, changes.waiting.size(), others.waiting.size());
        } finally {
            lock.unlock();
        }
    }

    /** Writes what waits, then ends. If it cannot be written now either, it is lost after {@link Options#patience}. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            due.signal();
            closing.signal();
        } finally {
            lock.unlock();
        }
        try {
            writer.join(2 * options.patience().toMillis() + 1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
