package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A store that can do no more than some capabilities, as many a back end: it shows defaults, and gives copies new times, as exactly as
 * it is told.
 */
public final class BareStore extends ForwardingStore {

    private final Capabilities capabilities;

    BareStore(Store delegate) {
        this(delegate, EnumSet.of(Capability.WRITE));
    }

    BareStore(Store delegate, Set<Capability> capabilities) {
        this(delegate, capabilities, Duration.ofNanos(1));
    }

    public BareStore(Store delegate, Set<Capability> capabilities, Duration timePrecision) {
        super(delegate);
        this.capabilities = new Capabilities(capabilities, timePrecision);
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    private Node bare(Node node) {
        Mode mode =
                node.isDirectory() ? Mode.DIRECTORY_DEFAULT : node.isFile() ? Mode.FILE_DEFAULT : Mode.SYMLINK_DEFAULT;
        return new Node(
                node.path(),
                node.type(),
                has(Capability.MODE) ? node.mode() : mode,
                node.size(),
                rounded(node.modified()),
                has(Capability.OWNER) ? node.owner() : Owner.ROOT,
                has(Capability.ETAGS) ? node.etag() : null,
                has(Capability.MEDIA_TYPE) ? node.mediaType() : null,
                null);
    }

    private Instant rounded(Instant time) {
        Duration since = Duration.between(Instant.EPOCH, time);
        return Instant.EPOCH.plus(
                capabilities.timePrecision().multipliedBy(since.dividedBy(capabilities.timePrecision())));
    }

    /** A time that is shown earlier than it is may be asked for as it is shown. */
    private Preconditions asShown(Preconditions asked) {
        Duration step = capabilities.timePrecision();
        return asked.ifUnmodifiedSince() == null || step.toSeconds() < 2
                ? asked
                : new Preconditions(
                        asked.ifMatch(),
                        asked.ifNoneMatch(),
                        asked.ifUnmodifiedSince().plus(step).minusSeconds(1),
                        asked.changeTimestamp());
    }

    private WriteOptions asShown(WriteOptions asked) {
        return new WriteOptions(asked.attributes(), asShown(asked.preconditions()));
    }

    private boolean has(Capability capability) {
        return capabilities.has(capability);
    }

    private void require(String operation, FsPath path, AttributeChange attributes) throws FsException {
        capabilities.require(Capability.WRITE, operation, path);
        attributes.require(capabilities, operation, path);
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        return bare(delegate().stat(path));
    }

    @Override
    public Content read(FsPath path) throws FsException {
        Content content = delegate().read(path);
        return new Content() {
            @Override
            public Node node() {
                return bare(content.node());
            }

            @Override
            public Body body(ByteRange range) {
                return content.body(range);
            }

            @Override
            public void close() throws FsException {
                content.close();
            }
        };
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        return bare(delegate().list(directory));
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return bare(delegate().walk(directory));
    }

    private Listing bare(Listing listing) {
        return new Listing() {
            @Override
            public @Nullable Node next() throws FsException {
                Node node = listing.next();
                return node == null ? null : bare(node);
            }

            @Override
            public void close() throws FsException {
                listing.close();
            }
        };
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        require("write", path, options.attributes());
        return bare(delegate().write(path, body, asShown(options)));
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        require("makeDirectory", path, options.attributes());
        return bare(delegate().makeDirectory(path, options));
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        require("link", path, options.attributes());
        capabilities.require(Capability.SYMLINKS, "link", path);
        return bare(delegate().link(path, target, options));
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        change.require(capabilities, "change", path);
        return bare(delegate().change(path, change, asShown(preconditions)));
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        require("copy", source, AttributeChange.NONE);
        Node copy = delegate().copy(source, target, options);
        if (has(Capability.MODIFIED)) {
            return bare(copy);
        }
        AttributeChange now = new AttributeChange(null, Instant.now(), null, null);
        if (copy.isDirectory()) {
            try (Listing walk = delegate().walk(source)) {
                for (Node node = walk.next(); node != null; node = walk.next()) {
                    delegate().change(node.path().from(source).under(target), now, Preconditions.NONE);
                }
            }
        }
        return bare(delegate().change(target, now, Preconditions.NONE));
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        require("move", source, AttributeChange.NONE);
        return bare(delegate().move(source, target, options));
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        require("remove", path, AttributeChange.NONE);
        delegate().remove(path, asShown(preconditions));
    }

    @Override
    public Space space() throws FsException {
        if (!has(Capability.SPACE)) {
            throw new FsException(Kind.UNSUPPORTED, "space", FsPath.ROOT);
        }
        return delegate().space();
    }
}
