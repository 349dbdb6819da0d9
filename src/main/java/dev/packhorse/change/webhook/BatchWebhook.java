package dev.packhorse.change.webhook;

import dev.packhorse.change.Change;
import dev.packhorse.change.Delivery;
import dev.packhorse.change.Effects;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Many changes in one request, which is sent when nothing has come for a while, when the first has waited for long, or when it
 * is full. One request at a time; while it is under way the next is collected, and no more. When one fails, what came behind it
 * fails as well. What the receiver has refused as a batch comes again
 * change by change.
 */
final class BatchWebhook extends Webhook {

    private static final Logger LOG = System.getLogger(BatchWebhook.class.getName());

    private static final int MAX_SUSPECTS = 10_000;

    /** A change that was taken. Guarded by the lock of the webhook. */
    private static final class Job {
        private final Delivery delivery;
        private final Result result;

        /** Requests that hold a part of it, and one more while there may come further parts. */
        private int parts = 1;

        private @Nullable Exception failure;
        private boolean told;

        Job(Delivery delivery, Result result) {
            this.delivery = delivery;
            this.result = result;
        }
    }

    /** A batch and the changes of which it holds a part. Guarded by the lock of the webhook until it is sent. */
    private static final class Shipment {
        private final Batch batch = new Batch();
        private final Set<Job> jobs = new LinkedHashSet<>();
        private final long begun = System.nanoTime();
        private long last = begun;
    }

    private final WebhookOptions options;
    private final Receiver receiver;
    private final LongAdder dropped;
    private final ScheduledThreadPoolExecutor sender;

    /** One that is sent, and one that is collected. */
    private final Semaphore room = new Semaphore(2);

    /** Held while a change is taken, so that changes do not mix. */
    private final ReentrantLock taking = new ReentrantLock(true);

    /** Changes of refused batches; the oldest are forgotten, since some never come again. */
    private final Set<Long> suspects = Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            return size() > MAX_SUSPECTS;
        }
    }));

    private final Object lock = new Object();
    private final Deque<Shipment> full = new ArrayDeque<>();
    private @Nullable Shipment collected;
    private boolean closed;

    BatchWebhook(WebhookOptions options, LongAdder dropped) {
        this.options = options;
        this.dropped = dropped;
        this.receiver = new Receiver(options);
        this.sender = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "webhook");
            made.setDaemon(true);
            return made;
        });
        sender.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        sender.setRemoveOnCancelPolicy(true);
    }

    @Override
    public void accept(Delivery delivery, Result result) {
        Job job = new Job(delivery, result);
        taking.lock();
        try {
            if (isRefused(delivery)) {
                result.done(new OvertakingException());
                return;
            }
            delivery.take(this::flush);
            // A receiver refuses a batch for one change in it; that one must not fail the same others again and again.
            boolean alone = suspects.remove(delivery.change().id());
            if (alone) {
                flush();
            }
            Exception failure = null;
            try {
                Effects.of(delivery.change(), delivery.store(), new Items(job));
            } catch (IOException | RuntimeException e) {
                failure = e;
            }
            if (alone) {
                flush();
            }
            synchronized (lock) {
                job.parts--;
                if (failure != null && job.failure == null) {
                    job.failure = failure;
                    delivery.fail();
                }
            }
        } finally {
            taking.unlock();
        }
        tell(List.of(job));
    }

    private boolean isRefused(Delivery delivery) {
        synchronized (lock) {
            return closed || delivery.overtakes();
        }
    }

    /** Puts what a change means into batches. */
    private final class Items implements Effects.Sink {
        private final Job job;

        Items(Job job) {
            this.job = job;
        }

        @Override
        public void file(FsPath path) throws IOException {
            Content content = fileAt(job.delivery.store(), path);
            if (content == null) {
                return;
            }
            boolean kept = false;
            try {
                long size = content.node().size();
                if (content.node().isSymlink()) {
                    gone(path);
                } else if (size > options.batchSize()) {
                    add(job, size, batch -> batch.write(path, content));
                    kept = true;
                } else {
                    byte[] bytes;
                    try (InputStream in = content.body().open()) {
                        bytes = in.readAllBytes();
                    }
                    add(job, size, batch -> batch.write(path, bytes));
                }
            } finally {
                if (!kept) {
                    content.close();
                }
            }
        }

        @Override
        public void gone(FsPath path) throws IOException {
            add(job, 0, batch -> batch.delete(path));
        }
    }

    /** Changes a batch. */
    @FunctionalInterface
    private interface Step {
        void on(Batch batch);
    }

    private void add(Job job, long size, Step step) throws IOException {
        while (true) {
            synchronized (lock) {
                if (job.failure == null && job.delivery.overtakes()) {
                    // One before it has failed while this was read, or waited for room.
                    job.failure = new OvertakingException();
                    job.delivery.fail();
                }
                if (closed || job.failure != null) {
                    throw new IOException("an earlier part, or change, has failed");
                }
                Shipment current = collected;
                if (current != null && !current.batch.isEmpty() && current.batch.size() + size > options.batchSize()) {
                    cut(current);
                    current = null;
                }
                if (current != null) {
                    step.on(current.batch);
                    current.last = System.nanoTime();
                    if (current.jobs.add(job)) {
                        job.parts++;
                    }
                    if (current.batch.size() >= options.batchSize() || current.batch.count() >= Batch.MAX_ITEMS) {
                        cut(current);
                    }
                    return;
                }
            }
            begin();
        }
    }

    /** Begins to collect, as soon as there is room. */
    private void begin() throws IOException {
        try {
            room.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        synchronized (lock) {
            if (closed) {
                room.release();
                return;
            }
            // Only who takes a change begins, one at a time.
            Shipment begun = new Shipment();
            collected = begun;
            lookLater(begun, options.timeouts().quiet().toNanos());
        }
    }

    private void lookLater(Shipment shipment, long nanos) {
        Future<?> unused = sender.schedule(() -> sendWhenDue(shipment), nanos, TimeUnit.NANOSECONDS);
    }

    private void sendWhenDue(Shipment shipment) {
        synchronized (lock) {
            if (collected != shipment) {
                return;
            }
            long now = System.nanoTime();
            long left = Math.min(
                    shipment.last + options.timeouts().quiet().toNanos() - now,
                    shipment.begun + options.timeouts().maxDelay().toNanos() - now);
            if (left <= 0 && !shipment.batch.isEmpty()) {
                cut(shipment);
            } else {
                lookLater(shipment, Math.max(left, 1_000_000));
            }
        }
    }

    /** Ends collecting, and lets it be sent. */
    private void cut(Shipment shipment) {
        collected = null;
        full.add(shipment);
        sender.execute(this::sendNext);
    }

    @Override
    public void flush() {
        synchronized (lock) {
            Shipment current = collected;
            if (current != null && !current.batch.isEmpty() && !closed) {
                cut(current);
            }
        }
    }

    private void sendNext() {
        Shipment shipment;
        synchronized (lock) {
            shipment = full.poll();
        }
        if (shipment == null) {
            return;
        }
        Exception failure = null;
        try {
            send(shipment);
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
        Set<Job> over = new LinkedHashSet<>();
        if (failure instanceof Receiver.RefusedException && shipment.jobs.size() > 1) {
            shipment.jobs.forEach(job -> suspects.add(job.delivery.change().id()));
        }
        synchronized (lock) {
            end(shipment, failure, over);
            if (failure != null) {
                failRest(over);
            }
        }
        tell(over);
    }

    private void failRest(Set<Job> over) {
        for (Shipment next = full.poll(); next != null; next = full.poll()) {
            end(next, new OvertakingException(), over);
        }
        Shipment current = collected;
        if (current != null) {
            collected = null;
            end(current, new OvertakingException(), over);
        }
    }

    /** Lets go of a batch that was sent, or will not be. */
    private void end(Shipment shipment, @Nullable Exception failure, Set<Job> over) {
        for (Job job : shipment.jobs) {
            job.parts--;
            if (failure != null && job.failure == null) {
                job.failure = failure;
                job.delivery.fail();
            }
        }
        over.addAll(shipment.jobs);
        room.release();
        try {
            shipment.batch.close();
        } catch (FsException e) {
            LOG.log(Level.DEBUG, "content cannot be closed", e);
        }
    }

    private void send(Shipment shipment) throws IOException {
        List<Change> changes =
                shipment.jobs.stream().map(job -> job.delivery.change()).toList();
        Change last = changes.get(changes.size() - 1);
        Receiver.Message message = new Receiver.Message(
                "POST",
                receiver.base(),
                shipment.batch.eventId(changes),
                last.time(),
                "application/json",
                shipment.batch.json());
        try {
            receiver.send(message);
        } catch (FsException e) {
            // Not the receiver has failed.
            throw e;
        } catch (IOException e) {
            if (options.retry() == WebhookOptions.Retry.DURABLE) {
                throw e;
            }
            dropped.add(shipment.batch.count());
            LOG.log(
                    Level.WARNING,
                    "a batch was dropped to={0} event={1} items={2}: {3}",
                    receiver.base(),
                    message.eventId(),
                    shipment.batch.count(),
                    e.getMessage());
        }
    }

    /** Tells those of whom all is known. */
    private void tell(Collection<Job> jobs) {
        List<Job> told = new ArrayList<>();
        synchronized (lock) {
            for (Job job : jobs) {
                if (!job.told && (job.failure != null || job.parts == 0)) {
                    job.told = true;
                    told.add(job);
                }
            }
        }
        for (Job job : told) {
            job.result.done(job.failure);
        }
    }

    @Override
    public void close() {
        Set<Job> over = new LinkedHashSet<>();
        synchronized (lock) {
            closed = true;
            failRest(over);
        }
        receiver.close();
        sender.shutdownNow();
        tell(over);
    }
}
