package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.OrderedBody;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.policy.overlay.NodeView.Sight;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A store that keeps in rows what the store behind cannot keep: mode, owner, modification time, media type, symlinks. Where
 * that lacks nothing, calls go straight through.
 */
final class CompletingStore extends ForwardingStore {

    /** What rows can keep. */
    static final Set<Capability> KEEPS = Set.copyOf(EnumSet.of(
            Capability.MODE, Capability.OWNER, Capability.MODIFIED, Capability.MEDIA_TYPE, Capability.SYMLINKS));

    private static final Duration MICROSECOND = Duration.ofNanos(1000);

    /** Longest target, in bytes of UTF-8; the contract's limit. */
    private static final int MAX_TARGET = 4095;

    private final OverlayStore.Options options;
    private final StoreNodes nodes;
    private final NodeView view;
    private final Journal journal;
    private final Looks looks;
    private final Transfers transfers;
    private final @Nullable Collector collector;
    private volatile Declared declared;

    /** What the delegate declares, the same with what is added here, and whether nothing is. */
    private record Declared(Capabilities below, Capabilities here, boolean complete) {}

    CompletingStore(Store delegate, StoreNodes nodes, OverlayStore.Options options) throws FsException {
        super(delegate);
        this.options = options;
        this.nodes = nodes;
        this.view = new NodeView(delegate, nodes, options);
        this.journal = new Journal(delegate, view, nodes);
        this.looks = new Looks(delegate, nodes, view, options);
        this.transfers = new Transfers(delegate, view, journal);
        this.declared = declare(delegate.capabilities());
        if (declared.complete()) {
            this.collector = null;
        } else {
            nodes.hasRows("open");
            nodes.table().live();
            journal.settleAll();
            this.collector = new Collector(view, journal);
            nodes.table().schedule(collector);
        }
    }

    private Declared declare(Capabilities below) {
        EnumSet<Capability> lacking = EnumSet.noneOf(Capability.class);
        lacking.addAll(options.keeps());
        lacking.removeAll(below.all());
        Capabilities here = below;
        if (below.has(Capability.WRITE)) {
            EnumSet<Capability> all = lacking.clone();
            all.addAll(below.all());
            here = new Capabilities(
                    all,
                    lacking.contains(Capability.MODIFIED) ? MICROSECOND : below.timePrecision(),
                    below.staleness());
        }
        return new Declared(below, here, lacking.isEmpty());
    }

    private Declared declared() {
        Capabilities below = delegate().capabilities();
        Declared last = declared;
        if (!last.below().equals(below)) {
            last = declare(below);
            declared = last;
        }
        return last;
    }

    @Override
    public Capabilities capabilities() {
        return declared().here();
    }

    /** Tells whether the store keeps everything by itself. */
    boolean isStraight() {
        return declared().complete();
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        return isStraight() ? delegate().stat(path) : looks.stat(path);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        return isStraight() ? delegate().read(path) : looks.read(path);
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        return isStraight() ? delegate().list(directory) : looks.listing(directory, false);
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return isStraight() ? delegate().walk(directory) : looks.listing(directory, true);
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        if (isStraight()) {
            return delegate().write(path, body, options);
        }
        Sight sight = prepared("write", path, options.attributes());
        try (Publication publication = publication("write", sight, options)) {
            if (body.length() == 0) {
                // Nothing streams, and a store need not open what is empty.
                publication.begin(0);
            }
            return publication.published(publish(
                    publication,
                    () -> delegate()
                            .write(
                                    sight.real(),
                                    new OrderedBody(body, publication::begin),
                                    forTheStore(sight, options))));
        } catch (FsException e) {
            throw sight.named(e);
        }
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        if (isStraight()) {
            return delegate().link(path, target, options);
        }
        Declared capabilities = declared();
        capabilities.here().require(Capability.SYMLINKS, "link", path);
        byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_TARGET || target.indexOf('\0') >= 0) {
            throw new FsException(Kind.INVALID_NAME, "link", path);
        }
        Sight sight = prepared("link", path, options.attributes());
        try {
            if (!capabilities.below().has(Capability.SYMLINKS)) {
                return transfers.link(sight, target, options);
            }
            try (Publication publication = publication("link", sight, options)) {
                publication.begin(bytes.length);
                return publication.published(publish(
                        publication, () -> delegate().link(sight.real(), target, forTheStore(sight, options))));
            }
        } catch (FsException e) {
            throw sight.named(e);
        }
    }

    private Publication publication(String operation, Sight sight, WriteOptions options) {
        return new Publication(
                operation, journal, view, sight, view.stillNeeded(options.attributes()), options.preconditions());
    }

    /** One call of the store behind. */
    private interface Action {
        Node run() throws FsException;
    }

    private static Node publish(Publication publication, Action action) throws FsException {
        try {
            return action.run();
        } catch (FsException e) {
            // The store knows only that the body failed.
            FsException refused = publication.failure();
            throw refused == null ? e : refused;
        }
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        if (isStraight()) {
            return delegate().makeDirectory(path, options);
        }
        Sight sight = prepared("makeDirectory", path, options.attributes());
        FsPath real = sight.real();
        AttributeChange rest = view.stillNeeded(options.attributes());
        try (Change change = new Change(journal, "makeDirectory", real).begin()) {
            if (rest.isEmpty() && !nodes.hasRows("makeDirectory")) {
                return view.merge(delegate().makeDirectory(real, forTheStore(sight, options)), null)
                        .at(path);
            }
            change.reserve();
            Node before = view.statOrNull(real);
            if (before != null && before.isDirectory()) {
                return changed(change, sight, before, options.attributes(), options.preconditions());
            }
            change.plan(connection -> {
                NodeRow row = nodes.rows(connection).find(real);
                if (before == null && row != null && row.isLink()) {
                    options.preconditions().check(view.link(row, path), "makeDirectory", path);
                    view.requireParent(sight, "makeDirectory");
                    throw new FsException(Kind.NOT_A_DIRECTORY, "makeDirectory", path);
                }
                return before != null
                                || (rest.isEmpty() && !nodes.rows(connection).any(real))
                        ? null
                        : journal.intent(Intent.Operation.MAKE_DIRECTORY, real, null, rest, null, -1);
            });
            Node made = delegate().makeDirectory(real, forTheStore(sight, options));
            change.finish(connection -> {
                nodes.rows(connection).deleteBelow(real);
                journal.keep(real, made, rest).run(connection);
            });
            return view.merge(made, NodeRow.of(real, made, rest)).at(path);
        } catch (FsException e) {
            throw sight.named(e);
        }
    }

    @Override
    public Node change(FsPath path, AttributeChange attributes, Preconditions preconditions) throws FsException {
        if (isStraight()) {
            return delegate().change(path, attributes, preconditions);
        }
        Sight sight = prepared("change", path, attributes);
        FsPath real = sight.real();
        try (Change change = new Change(journal, "change", real).begin()) {
            if (view.stillNeeded(attributes).isEmpty() && !nodes.hasRows("change")) {
                return view.merge(delegate().change(real, attributes, preconditions), null)
                        .at(path);
            }
            change.reserve();
            return changed(change, sight, view.statOrNull(real), attributes, preconditions);
        } catch (FsException e) {
            throw sight.named(e);
        }
    }

    /** Changes attributes of what is there: the store's own there, the others in the row, together. */
    private Node changed(
            Change change, Sight sight, @Nullable Node before, AttributeChange attributes, Preconditions preconditions)
            throws FsException {
        FsPath real = sight.real();
        AttributeChange own = attributes.keptBy(delegate().capabilities());
        Planned planned = new Planned();
        change.plan(connection -> {
            NodeRows rows = nodes.rows(connection);
            NodeRow row = rows.find(real);
            Node current = view.current(before, row, sight.path());
            if (current == null) {
                throw view.missing(sight, change.operation());
            }
            preconditions.check(current, change.operation(), sight.path());
            AttributeChange old = before == null && row != null ? row.kept() : NodeRow.keptOf(row, before);
            AttributeChange kept =
                    NodeRow.over(view.stillNeeded(old), before == null ? attributes : view.stillNeeded(attributes));
            planned.row = before == null && row != null
                    ? NodeRow.link(real, String.valueOf(row.target()), kept)
                    : NodeRow.of(real, before == null ? current : before, kept);
            if (before != null && !own.isEmpty()) {
                if (row != null && !row.belongsTo(before)) {
                    rows.delete(List.of(real));
                }
                return row == null && kept.isEmpty()
                        ? null
                        : journal.intent(Intent.Operation.CHANGE, real, null, attributes, before, -1);
            }
            if (!attributes.isEmpty()) {
                rows.keep(planned.row);
                nodes.appear(connection, false);
            }
            return null;
        });
        NodeRow row = Objects.requireNonNull(planned.row);
        if (before == null) {
            return view.link(row, sight.path());
        }
        if (own.isEmpty()) {
            return view.merge(before, row).at(sight.path());
        }
        Node node = delegate().change(real, own, NodeView.forTheStore(preconditions, row));
        change.finish(journal.keep(real, node, row.kept()));
        return view.merge(node, NodeRow.of(real, node, row.kept())).at(sight.path());
    }

    /** What a plan has found out. */
    private static final class Planned {
        private @Nullable NodeRow row;
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        if (isStraight()) {
            delegate().remove(path, preconditions);
            return;
        }
        Sight sight = prepared("remove", path, AttributeChange.NONE);
        FsPath real = sight.real();
        try (Change change = new Change(journal, "remove", real).begin()) {
            if (!nodes.hasRows("remove")) {
                delegate().remove(real, preconditions);
                return;
            }
            change.reserve();
            Node before = view.statOrNull(real);
            Planned planned = new Planned();
            change.plan(connection -> {
                NodeRows rows = nodes.rows(connection);
                NodeRow row = rows.find(real);
                planned.row = row;
                Node current = view.current(before, row, path);
                if (current == null) {
                    throw view.missing(sight, "remove");
                }
                preconditions.check(current, "remove", path);
                if (before == null) {
                    rows.delete(List.of(real));
                    return null;
                }
                return rows.any(real)
                        ? journal.intent(Intent.Operation.REMOVE, real, null, AttributeChange.NONE, before, -1)
                        : null;
            });
            if (before != null) {
                delegate().remove(real, NodeView.forTheStore(preconditions, planned.row));
                change.finish(connection -> nodes.rows(connection).deleteTree(real));
            }
        } catch (FsException e) {
            throw sight.named(e);
        }
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        return isStraight() || source.isRoot() || target.isRoot()
                ? delegate().copy(source, target, options)
                : transfers.copy(
                        prepared("copy", source, AttributeChange.NONE),
                        prepared("copy", target, AttributeChange.NONE),
                        options);
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        return isStraight() || source.isRoot() || target.isRoot()
                ? delegate().move(source, target, options)
                : transfers.move(
                        prepared("move", source, AttributeChange.NONE),
                        prepared("move", target, AttributeChange.NONE),
                        options);
    }

    /** Refuses what this stack cannot do, then looks where the path leads. */
    private Sight prepared(String operation, FsPath path, AttributeChange attributes) throws FsException {
        Capabilities here = declared().here();
        here.require(Capability.WRITE, operation, path);
        attributes.require(here, operation, path);
        Sight sight = view.look(path, operation);
        if (!NodeKey.fits(sight.real()) && !view.stillNeeded(attributes).isEmpty()) {
            throw new FsException(Kind.INVALID_NAME, operation, path);
        }
        return sight;
    }

    private WriteOptions forTheStore(Sight sight, WriteOptions options) {
        return new WriteOptions(
                options.attributes().keptBy(delegate().capabilities()),
                NodeView.forTheStore(options.preconditions(), sight.row()));
    }

    @Override
    public void close() throws FsException {
        Collector running = collector;
        try {
            if (running != null) {
                running.stop();
            }
        } finally {
            delegate().close();
        }
    }
}
