package dev.packhorse.change.webhook;

import dev.packhorse.change.Change;
import dev.packhorse.change.Delivery;
import dev.packhorse.change.Effects;
import dev.packhorse.change.PathSet;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/** A request for each file: {@code POST} with the raw contents, {@code DELETE}. Paths that do not overlap go at the same time. */
final class PlainWebhook extends Webhook {

    private static final Logger LOG = System.getLogger(PlainWebhook.class.getName());

    /** A change that was taken. */
    private static final class Job {
        private final Delivery delivery;
        private final Result result;
        private boolean running;

        Job(Delivery delivery, Result result) {
            this.delivery = delivery;
            this.result = result;
        }

        Change change() {
            return delivery.change();
        }
    }

    private final WebhookOptions options;
    private final Receiver receiver;
    private final ExecutorService workers;
    private final LongAdder dropped;

    /** In the order of their coming. */
    private final Set<Job> jobs = new LinkedHashSet<>();

    private int running;
    private boolean closed;

    PlainWebhook(WebhookOptions options, LongAdder dropped) {
        this.options = options;
        this.dropped = dropped;
        this.receiver = new Receiver(options);
        this.workers = Executors.newFixedThreadPool(options.parallel(), task -> {
            Thread made = new Thread(task, "webhook");
            made.setDaemon(true);
            return made;
        });
    }

    @Override
    public void accept(Delivery delivery, Result result) {
        synchronized (this) {
            if (!closed && !delivery.overtakes()) {
                delivery.take(this::flush);
                jobs.add(new Job(delivery, result));
                start();
                return;
            }
        }
        result.done(new OvertakingException());
    }

    /** Starts what overlaps nothing that came before. */
    private void start() {
        PathSet before = new PathSet();
        for (Job job : jobs) {
            if (running == options.parallel()) {
                return;
            }
            List<FsPath> paths = job.change().changed();
            if (!job.running && !before.overlaps(paths)) {
                job.running = true;
                running++;
                workers.execute(() -> run(job));
            }
            before.add(paths);
        }
    }

    private void run(Job job) {
        Exception failure = null;
        try {
            Effects.of(job.change(), job.delivery.store(), new Requests(job.delivery));
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
        List<Job> failed = new ArrayList<>();
        synchronized (this) {
            jobs.remove(job);
            running--;
            if (failure != null) {
                failed.add(job);
                job.delivery.fail();
                failWhatFollows(job, failed);
            }
            if (!closed) {
                start();
            }
        }
        if (failure == null) {
            job.result.done(null);
        }
        for (Job each : failed) {
            each.result.done(each == job ? failure : new OvertakingException());
        }
    }

    /** What has to come after a failed change, and what has to come after that. */
    private void failWhatFollows(Job job, List<Job> failed) {
        PathSet paths = new PathSet();
        paths.add(job.change().changed());
        for (Iterator<Job> left = jobs.iterator(); left.hasNext(); ) {
            Job each = left.next();
            if (!each.running && paths.overlaps(each.change().changed())) {
                paths.add(each.change().changed());
                each.delivery.fail();
                failed.add(each);
                left.remove();
            }
        }
    }

    /** What one change makes the receiver do, request by request. */
    private final class Requests implements Effects.Sink {
        private final Delivery delivery;

        Requests(Delivery delivery) {
            this.delivery = delivery;
        }

        @Override
        public void file(FsPath path) throws IOException {
            Content content = fileAt(delivery.store(), path);
            if (content == null) {
                return;
            }
            try (content) {
                if (content.node().isSymlink()) {
                    gone(path);
                } else {
                    send(path, false, new Payload() {
                        @Override
                        public long length() {
                            return content.node().size();
                        }

                        @Override
                        public InputStream open() throws IOException {
                            return content.body().open();
                        }
                    });
                }
            }
        }

        @Override
        public void gone(FsPath path) throws IOException {
            send(path, true, Payload.NONE);
        }

        private void send(FsPath path, boolean gone, Payload payload) throws IOException {
            Change change = delivery.change();
            String id = new EventId(List.of(change)).with(path, gone).text();
            URI to = receiver.at(path);
            try {
                receiver.send(new Receiver.Message(gone ? "DELETE" : "POST", to, id, change.time(), "", payload));
            } catch (FsException e) {
                throw e;
            } catch (IOException e) {
                if (options.retry() == WebhookOptions.Retry.DURABLE) {
                    throw e;
                }
                dropped.increment();
                LOG.log(Level.WARNING, "a change was dropped to={0} event={1}: {2}", to, id, e.getMessage());
            }
        }
    }

    /** Nothing is collected here. */
    @Override
    public void flush() {}

    @Override
    public void close() {
        List<Job> waiting = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (Iterator<Job> left = jobs.iterator(); left.hasNext(); ) {
                Job each = left.next();
                if (!each.running) {
                    each.delivery.fail();
                    waiting.add(each);
                    left.remove();
                }
            }
        }
        receiver.close();
        waiting.forEach(each -> each.result.done(new OvertakingException()));
        workers.shutdownNow();
    }
}
