package dev.packhorse.route;

import dev.packhorse.change.Change;
import dev.packhorse.change.Delivery;
import dev.packhorse.change.PathSet;
import dev.packhorse.change.Subscription;
import dev.packhorse.change.webhook.Webhook;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Store;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends each change through its route, in order: the next when the one before has arrived, or when a step has taken it that
 * keeps the order by itself ({@link Delivery#take}). What fails waits in the outbox, and so do later changes that overlap it.
 */
final class ChangesConsumer extends DefaultConsumer {

    /** Where the delivery is, for steps that take it. */
    static final String DELIVERY = "PackhorseDelivery";

    private static final Logger LOG = Logger.getLogger(ChangesConsumer.class);

    /** How many changes are claimed at a time: the rest is left to other gateways. */
    private static final int SLICE = 100;

    /** How often is looked for what other gateways have recorded, and what has waited long enough. */
    private static final Duration POLL = Duration.ofMillis(500);

    /** How long after a claim the next one comes. Each is a commit, and costs as much for one change as for a slice. */
    private static final Duration PACE = Duration.ofMillis(25);

    /** One change that has come back; none where somebody only wants to be looked after. */
    private record Return(
            @Nullable Delivery delivery, @Nullable Exception failure) {}

    private static final Return WAKE = new Return(null, null);

    private final RecordedExports exports;
    private final FsPath export;
    private final ChangesEndpoint.Settings settings;

    private final BlockingQueue<Return> returns = new LinkedBlockingQueue<>();
    private final AtomicLong failures = new AtomicLong();
    private volatile boolean stopping;
    private volatile CountDownLatch stopped = new CountDownLatch(1);
    private @Nullable Subscription subscription;
    private @Nullable Thread thread;

    /** What follows belongs to the thread. */
    private final Set<Delivery> underWay = new LinkedHashSet<>();

    private final Deque<Change> claimed = new ArrayDeque<>();
    private long failuresKnown;
    private long nextClaim = System.nanoTime();

    ChangesConsumer(
            ChangesEndpoint endpoint, Processor processor, RecordedExports exports, ChangesEndpoint.Settings settings) {
        super(endpoint, processor);
        this.exports = exports;
        this.export = endpoint.export();
        this.settings = settings;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        exports.waitFor(export);
        String name = settings.subscriber();
        Subscription connected = exports.outbox().subscribe(export, name == null ? getRouteId() : name);
        connected.onArrival(this::wake);
        subscription = connected;
        stopping = false;
        stopped = new CountDownLatch(1);
        Thread started = new Thread(() -> run(connected), "changes-" + getRouteId());
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    /** One is enough to be woken up, however often it is wanted. */
    private void wake() {
        if (returns.isEmpty()) {
            returns.add(WAKE);
        }
    }

    @Override
    protected void doStop() throws Exception {
        stopping = true;
        stopped.countDown();
        returns.add(WAKE);
        Thread running = thread;
        if (running != null) {
            running.join(settings.stopTimeout().multipliedBy(2).toMillis() + 1_000);
            running.interrupt();
            thread = null;
        }
        Subscription connected = subscription;
        if (connected != null) {
            connected.close();
            subscription = null;
        }
        super.doStop();
    }

    private void run(Subscription connected) {
        try {
            while (!stopping) {
                try {
                    if (!deliver(connected)) {
                        takeBack(connected, POLL);
                    }
                } catch (FsException e) {
                    LOG.warnf(e, "changes wait export=%s route=%s kind=%s", export, getRouteId(), e.kind());
                    pause();
                } catch (RuntimeException e) {
                    LOG.errorf(e, "changes wait export=%s route=%s", export, getRouteId());
                    pause();
                }
            }
            end(connected);
        } catch (FsException e) {
            // Their lease ends by itself.
            LOG.warnf(e, "claimed changes could not be given back export=%s route=%s", export, getRouteId());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pause() throws InterruptedException {
        boolean unused = stopped.await(settings.pause().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Sends what can be sent; {@code false} if there was nothing. */
    private boolean deliver(Subscription connected) throws FsException, InterruptedException {
        Store store = exports.store(export);
        if (store == null) {
            return false;
        }
        if (!underWay.stream().allMatch(Delivery::taken)) {
            // Left by a failure of the database: the next must not come before it has come back.
            takeBack(connected, POLL);
            return true;
        }
        int most = (int) Math.min(SLICE, settings.inFlight() - underWay.size());
        if (claimed.isEmpty() && most > 0) {
            letComeMore(connected);
            claimed.addAll(connected.claim(most));
            nextClaim = System.nanoTime() + (claimed.size() < most ? PACE.toNanos() : 0);
        }
        boolean sent = false;
        while (!claimed.isEmpty() && !stopping) {
            takeBackAtOnce(connected);
            Change change = claimed.poll();
            if (change != null) {
                send(connected, change, store);
                sent = true;
            }
        }
        return sent;
    }

    /** Waits until the next claim is due; what comes back meanwhile is looked after. */
    private void letComeMore(Subscription connected) throws FsException, InterruptedException {
        for (long left = nextClaim - System.nanoTime(); left > 0 && !stopping; left = nextClaim - System.nanoTime()) {
            takeBack(connected, Duration.ofNanos(left));
        }
    }

    private void send(Subscription connected, Change change, Store store) throws FsException, InterruptedException {
        Delivery delivery = new Delivery(change, store, failures, failuresKnown);
        underWay.add(delivery);
        Exchange exchange = createExchange(false);
        fill(exchange, delivery);
        try {
            getAsyncProcessor().process(exchange, synchronous -> {
                Exception failure = exchange.getException();
                if (failure != null) {
                    delivery.fail();
                }
                releaseExchange(exchange, false);
                returns.add(new Return(delivery, failure));
            });
        } catch (RuntimeException e) {
            delivery.fail();
            returns.add(new Return(delivery, e));
        }
        while (!delivery.taken() && underWay.contains(delivery)) {
            takeBack(connected, POLL);
        }
    }

    private void fill(Exchange exchange, Delivery delivery) {
        Change change = delivery.change();
        exchange.setProperty(DELIVERY, delivery);
        Message message = exchange.getIn();
        message.setHeader(PackhorseHeaders.OPERATION, change.operation().word());
        message.setHeader(PackhorseHeaders.PATH, change.path().toString());
        if (change.target() != null) {
            message.setHeader(PackhorseHeaders.TARGET, change.target().toString());
        }
        message.setHeader(PackhorseHeaders.EXPORT, export.toString());
        message.setHeader(PackhorseHeaders.EVENT_ID, change.eventId());
        message.setHeader(PackhorseHeaders.TIME, change.time().toString());
        message.setHeader(PackhorseHeaders.LOOK_AGAIN, change.lookAgain());
        message.setHeader(Exchange.MESSAGE_TIMESTAMP, change.time().toEpochMilli());
        NodeType type = type(change);
        if (type != null) {
            ChangedContent content = new ChangedContent(delivery.store(), change.path(), type);
            message.setBody(content);
            exchange.getExchangeExtension().addOnCompletion(new ChangedContent.Closing(content));
        }
    }

    /** Waits for something to come back, and looks after all that has. */
    private void takeBack(Subscription connected, Duration patience) throws FsException, InterruptedException {
        Return first = returns.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (first != null) {
            takeBack(connected, first);
        }
        takeBackAtOnce(connected);
    }

    private void takeBackAtOnce(Subscription connected) throws FsException {
        for (Return next = returns.poll(); next != null; next = returns.poll()) {
            takeBack(connected, next);
        }
    }

    private void takeBack(Subscription connected, Return returned) throws FsException {
        Delivery delivery = returned.delivery();
        if (delivery == null || !underWay.contains(delivery)) {
            return;
        }
        try {
            settle(connected, delivery, returned.failure());
        } catch (FsException e) {
            // Nothing that follows is sent before this is settled.
            returns.add(returned);
            throw e;
        }
        underWay.remove(delivery);
        if (delivery.failing()) {
            failuresKnown++;
        }
    }

    private void settle(Subscription connected, Delivery delivery, @Nullable Exception failure) throws FsException {
        Change change = delivery.change();
        if (failure == null || isSuperseded(change, delivery.store())) {
            connected.delivered(change);
            return;
        }
        if (isOvertaking(failure)) {
            connected.giveBack(change);
        } else {
            Duration pause = settings.pause(change.attempts() + 1);
            // The failure of a receiver that is away is no news after the first time.
            LOG.logf(
                    change.attempts() == 0 ? Logger.Level.WARN : Logger.Level.DEBUG,
                    "a change was not delivered export=%s route=%s event=%s operation=%s path=%s attempts=%s pause=%s"
                            + " failure=%s",
                    export,
                    getRouteId(),
                    change.eventId(),
                    change.operation().word(),
                    change.path(),
                    change.attempts() + 1,
                    pause,
                    failure);
            connected.failed(change, pause);
        }
        giveBackWhatFollows(connected, change);
    }

    private static boolean isOvertaking(Exception failure) {
        return failure instanceof Webhook.OvertakingException;
    }

    /** What a change has made that has a content, {@code null} if it has made nothing of the kind. */
    private static @Nullable NodeType type(Change change) {
        return switch (change.operation()) {
            case WRITE -> NodeType.FILE;
            case LINK -> NodeType.SYMLINK;
            case MAKE_DIRECTORY, COPY, MOVE, REMOVE -> null;
        };
    }

    /** What was written is gone, or something else: a later change says so. */
    private static boolean isSuperseded(Change change, Store store) {
        NodeType type = type(change);
        if (type == null) {
            return false;
        }
        try {
            return store.stat(change.path()).type() != type;
        } catch (FsException e) {
            return e.kind() == FsException.Kind.NOT_FOUND || e.kind() == FsException.Kind.NOT_A_DIRECTORY;
        }
    }

    /** What was claimed behind a change that has to wait waits behind it in the outbox. */
    private void giveBackWhatFollows(Subscription connected, Change change) throws FsException {
        PathSet waiting = new PathSet();
        waiting.add(change.changed());
        for (Change next : List.copyOf(claimed)) {
            if (waiting.overlaps(next.changed())) {
                waiting.add(next.changed());
                connected.giveBack(next);
                claimed.remove(next);
            }
        }
    }

    /** Lets what is under way arrive, and gives the rest back. */
    private void end(Subscription connected) throws FsException, InterruptedException {
        while (!claimed.isEmpty()) {
            connected.giveBack(claimed.removeFirst());
        }
        underWay.forEach(Delivery::hurry);
        long deadline = System.nanoTime() + settings.stopTimeout().toNanos();
        while (!underWay.isEmpty() && System.nanoTime() - deadline < 0) {
            takeBack(connected, POLL);
        }
        for (Delivery delivery : underWay) {
            delivery.fail();
            connected.giveBack(delivery.change());
        }
        underWay.clear();
    }
}
