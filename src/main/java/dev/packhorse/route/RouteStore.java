package dev.packhorse.route;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.route.FsCall.Operation;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.Message;
import org.apache.camel.processor.ThrottlerRejectedExecutionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The store that a route is: each operation is a message through it. */
final class RouteStore implements Store {

    static final Logger LOG = Logger.getLogger(RouteStore.class);

    private final ExportConsumer consumer;
    private final Supplier<Capabilities> capabilities;
    private final String protocol;
    private final String caller;
    private volatile boolean closed;

    /**
     * The route of one export, as one protocol and one caller see it.
     *
     * @param capabilities what every store in the route can do
     */
    RouteStore(ExportConsumer consumer, Supplier<Capabilities> capabilities, String protocol, String caller) {
        this.consumer = consumer;
        this.capabilities = capabilities;
        this.protocol = protocol;
        this.caller = caller;
    }

    @Override
    public Capabilities capabilities() {
        return capabilities.get();
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        return call(new FsCall<>(Operation.STAT, path, null, null, store -> store.stat(path)));
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        return call(new FsCall<>(Operation.LIST, directory, null, null, store -> store.list(directory)));
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return call(new FsCall<>(Operation.WALK, directory, null, null, store -> store.walk(directory)));
    }

    @Override
    public Content read(FsPath path) throws FsException {
        return call(new FsCall<>(Operation.READ, path, null, null, store -> store.read(path)));
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        OnceBody once = new OnceBody(body);
        return call(new FsCall<>(
                Operation.WRITE, path, null, once, store -> store.write(path, once, kept(options, store))));
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        return call(new FsCall<>(
                Operation.MAKE_DIRECTORY, path, null, null, store -> store.makeDirectory(path, kept(options, store))));
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        return call(new FsCall<>(
                Operation.LINK, path, null, null, store -> store.link(path, target, kept(options, store))));
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        return call(new FsCall<>(
                Operation.CHANGE, path, null, null, store -> store.change(path, kept(change, store), preconditions)));
    }

    private WriteOptions kept(WriteOptions options, Store store) {
        return new WriteOptions(kept(options.attributes(), store), options.preconditions());
    }

    /** A route with several stores declares what one of them can do: another keeps what it can. */
    private AttributeChange kept(AttributeChange change, Store store) {
        return consumer.hasSeveralStores() ? change.keptBy(store.capabilities()) : change;
    }

    /** Copies within the store that the route chooses for both paths, or from one to the other: {@link Trees#transfer}. */
    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        if (consumer.hasSeveralStores()) {
            Store from = reached(Operation.COPY, source);
            Store to = reached(Operation.COPY, target);
            if (from != to) {
                return Trees.transfer(as(from), source, as(to), target, options, false);
            }
        }
        return call(new FsCall<>(Operation.COPY, source, target, null, store -> store.copy(source, target, options)));
    }

    /** As {@link #copy}. Between two stores a move is not one step: both names are there for a while. */
    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        if (consumer.hasSeveralStores()) {
            Store from = reached(Operation.MOVE, source);
            Store to = reached(Operation.MOVE, target);
            if (from != to) {
                return Trees.transfer(as(from), source, as(to), target, options, true);
            }
        }
        return call(new FsCall<>(Operation.MOVE, source, target, null, store -> store.move(source, target, options)));
    }

    /** This route, of which is known which store it leads to. */
    private Store as(Store reached) {
        return new ForwardingStore(this) {
            @Override
            public Capabilities capabilities() {
                return reached.capabilities();
            }
        };
    }

    /** The store that a call has come to. */
    private record Reached(Store store) {}

    /** The store that the route leads to, found by sending a call along without effect. */
    private Store reached(Operation operation, FsPath path) throws FsException {
        return call(new FsCall<>(operation, path, null, null, Reached::new)).store();
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        call(new FsCall<>(Operation.REMOVE, path, null, null, store -> {
            store.remove(path, preconditions);
            return path;
        }));
    }

    @Override
    public Space space() throws FsException {
        return call(new FsCall<>(Operation.SPACE, FsPath.ROOT, null, null, Store::space));
    }

    /** Ends this view of the route; the stores behind it belong to the component. */
    @Override
    public void close() {
        closed = true;
    }

    private <R> R call(FsCall<R> call) throws FsException {
        if (closed) {
            throw new FsException(Kind.UNAVAILABLE, call.operation().word(), call.path());
        }
        // Not released by the end of routing, since what it holds is looked at here.
        Exchange exchange = consumer.createExchange(false);
        try {
            exchange.setPattern(ExchangePattern.InOut);
            Message message = exchange.getIn();
            message.setBody(call);
            message.setHeader(PackhorseHeaders.OPERATION, call.operation().word());
            message.setHeader(PackhorseHeaders.PATH, call.path().toString());
            message.setHeader(PackhorseHeaders.PROTOCOL, protocol);
            message.setHeader(PackhorseHeaders.CALLER, caller);
            message.setHeader(PackhorseHeaders.EXPORT, consumer.exportPath());
            consumer.getProcessor().process(exchange);
            Exception failure = exchange.getException();
            if (failure == null) {
                return call.end(isCircuitOpen(exchange) ? Kind.UNAVAILABLE : Kind.PERMISSION_DENIED);
            }
            call.abandon();
            throw failed(call, failure);
        } catch (FsException e) {
            throw e;
        } catch (Exception e) {
            call.abandon();
            throw failed(call, e);
        } finally {
            consumer.releaseExchange(exchange, false);
        }
    }

    /** A circuit breaker without a fallback says no more than this when it lets a call pass by. */
    private static boolean isCircuitOpen(Exchange exchange) {
        return Boolean.TRUE.equals(exchange.getProperty(ExchangePropertyKey.CIRCUIT_BREAKER_RESPONSE_SHORT_CIRCUITED));
    }

    private FsException failed(FsCall<?> call, Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Kind kind = kind(cause);
            if (kind != null) {
                if (cause instanceof FsException known
                        && known.operation().equals(call.operation().word())
                        && known.path().equals(call.path())) {
                    return known;
                }
                return new FsException(kind, call.operation().word(), call.path(), failure);
            }
        }
        if (!consumer.isStarted()) {
            return new FsException(Kind.UNAVAILABLE, call.operation().word(), call.path(), failure);
        }
        LOG.warnf(
                failure,
                "a route failed export=%s operation=%s",
                consumer.exportPath(),
                call.operation().word());
        return new FsException(Kind.IO, call.operation().word(), call.path(), failure);
    }

    /** What is wrong with the back end, or with steps that are not broken but will not pass a call now. */
    private static @Nullable Kind kind(Throwable failure) {
        if (failure instanceof FsException of) {
            // An answer does not come as an exception: this one is about something else that the route has asked for.
            return FsCall.isFailure(of.kind()) ? of.kind() : null;
        }
        if (failure instanceof ThrottlerRejectedExecutionException) {
            return Kind.BUSY;
        }
        if (failure instanceof ExchangeTimedOutException) {
            return Kind.TIMEOUT;
        }
        return failure instanceof RejectedExecutionException ? Kind.UNAVAILABLE : null;
    }
}
