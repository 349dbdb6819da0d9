package dev.packhorse.matrix;

import dev.packhorse.change.Change;
import dev.packhorse.change.Change.Operation;
import dev.packhorse.change.Delivery;
import dev.packhorse.change.webhook.Webhook;
import dev.packhorse.change.webhook.WebhookOptions;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.gateway.TestGateway;
import dev.packhorse.store.memory.MemoryStore;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Tells an export of files by webhooks, as an OpenHands does that keeps them elsewhere: it writes and removes, and can ask for nothing.
 * An operation ends when the store of the export has it, or as {@code UNSUPPORTED} if that will not have it.
 */
final class WebhookClient implements Store {

    private static final int LARGEST = 1 << 22;

    /** Receivers know changes by their numbers. */
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final TestGateway gateway;
    private final String export;
    private final Webhook webhook;

    WebhookClient(TestGateway gateway, String export) {
        this.gateway = gateway;
        this.export = export;
        webhook = Webhook.open(
                WebhookOptions.of(URI.create("http://127.0.0.1:" + gateway.port() + "/openhands-webhook/" + export)),
                new LongAdder());
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(Set.of(Capability.WRITE), Duration.ofDays(1));
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        if (!options.equals(WriteOptions.DEFAULT)) {
            throw unsupported("write", path);
        }
        Store own = new MemoryStore(LARGEST);
        List<String> segments = path.segments();
        for (int depth = 1; depth < segments.size(); depth++) {
            own.makeDirectory(FsPath.of(segments.subList(0, depth)), WriteOptions.DEFAULT);
        }
        Node written = own.write(path, body, options);
        tell(Operation.WRITE, path, own);
        return written;
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        if (!preconditions.equals(Preconditions.NONE)) {
            throw unsupported("remove", path);
        }
        tell(Operation.REMOVE, path, new MemoryStore(LARGEST));
    }

    private void tell(Operation operation, FsPath path, Store own) throws FsException {
        long refused = gateway.refusedOfWebhooks(export);
        Change change =
                new Change(NUMBERS.incrementAndGet(), FsPath.ROOT, operation, path, null, Instant.EPOCH, false, 0);
        CompletableFuture<String> failure = new CompletableFuture<>();
        webhook.accept(
                new Delivery(change, own, new AtomicLong(), 0), e -> failure.complete(e == null ? "" : e.toString()));
        if (!failure.join().isEmpty() || gateway.refusedOfWebhooks(export) > refused) {
            throw new FsException(Kind.UNSUPPORTED, "webhook " + failure.join(), path);
        }
    }

    private static FsException unsupported(String operation, FsPath path) {
        return new FsException(Kind.UNSUPPORTED, operation, path);
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        throw unsupported("stat", path);
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        throw unsupported("list", directory);
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        throw unsupported("walk", directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        throw unsupported("read", path);
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        throw unsupported("makeDirectory", path);
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        throw unsupported("link", path);
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        throw unsupported("change", path);
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        throw unsupported("copy", source);
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        throw unsupported("move", source);
    }

    @Override
    public Space space() throws FsException {
        throw unsupported("space", FsPath.ROOT);
    }

    @Override
    public void close() {
        webhook.close();
    }
}
