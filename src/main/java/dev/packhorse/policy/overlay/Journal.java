package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Makes a store and its rows change together. Whatever needs both writes an {@link Intent} first; whoever finds one whose
 * gateway has died, or has failed in the middle, looks at the store: if the change has happened there, the rows follow, else
 * they stay.
 */
final class Journal {

    /** How long to wait for another gateway before looking whether it is done. */
    private static final Duration POLL = Duration.ofMillis(20);

    private static final Logger LOG = System.getLogger(Journal.class.getName());

    private final Store store;
    private final NodeView view;
    private final StoreNodes nodes;

    Journal(Store store, NodeView view, StoreNodes nodes) {
        this.store = store;
        this.view = view;
        this.nodes = nodes;
    }

    StoreNodes nodes() {
        return nodes;
    }

    String instance() {
        return nodes.table().instance();
    }

    /**
     * An intent of this gateway that is not written down yet.
     *
     * @param before what is at the path that changes or appears
     */
    Intent intent(
            Intent.Operation operation,
            FsPath path,
            @Nullable FsPath second,
            AttributeChange kept,
            @Nullable Node before,
            long size) {
        return new Intent(
                0,
                instance(),
                operation,
                path,
                second,
                kept,
                before == null ? null : before.type(),
                before == null ? Version.UNKNOWN : Version.of(before),
                size);
    }

    /** Decides what to do. Rows that it changes by itself need no intent. */
    interface Plan {
        @Nullable
        Intent draft(Connection connection) throws SQLException, FsException;
    }

    /**
     * Makes a plan in a transaction when no other gateway changes the paths, having settled what dead ones have left there.
     *
     * @param change has its turn
     * @return the intent, written down; {@code null} if there is none
     */
    @Nullable
    Intent alone(Change change, Plan plan) throws FsException {
        long deadline = System.nanoTime() + StoreNodes.PATIENCE.toNanos();
        while (true) {
            Attempt attempt = nodes.change(change.operation(), change.path(), connection -> {
                IntentRows intents = nodes.intents(connection);
                intents.lockStore();
                for (Intent intent : intents.all()) {
                    if (PathLocks.excludes(intent.paths(), change.paths())) {
                        return new Attempt(intent, null);
                    }
                }
                Intent drafted = plan.draft(connection);
                return new Attempt(null, drafted == null ? null : drafted.numbered(intents.insert(drafted)));
            });
            Intent obstacle = attempt.obstacle();
            if (obstacle == null) {
                return attempt.intent();
            }
            if (System.nanoTime() - deadline >= 0) {
                throw new FsException(Kind.BUSY, change.operation(), change.path());
            }
            if (isOrphan(obstacle)) {
                change.yieldTo(() -> settle(obstacle));
            } else {
                LockSupport.parkNanos(POLL.toNanos());
            }
        }
    }

    /** Makes a plan in the place of a reservation, which goes. */
    @Nullable
    Intent instead(Intent reserved, String operation, Plan plan) throws FsException {
        return nodes.change(operation, reserved.path(), connection -> {
                    IntentRows intents = nodes.intents(connection);
                    if (!intents.delete(reserved.id())) {
                        throw new FsException(Kind.BUSY, operation, reserved.path());
                    }
                    Intent drafted = plan.draft(connection);
                    return new Attempt(null, drafted == null ? null : drafted.numbered(intents.insert(drafted)));
                })
                .intent();
    }

    /** What stood in the way, or what came out. */
    private record Attempt(
            @Nullable Intent obstacle, @Nullable Intent intent) {}

    /**
     * Tells whether nobody is at it any more. One of this process was left behind, because whoever asks has the turn of its
     * paths.
     */
    private boolean isOrphan(Intent intent) throws FsException {
        return intent.instance().equals(instance()) || !nodes.table().isAlive(intent.instance());
    }

    /** Settles all that dead gateways, or failed changes of this one, have left. What cannot be settled now stays. */
    void settleAll() throws FsException {
        for (Intent intent : nodes.intents("settle")) {
            if (!intent.instance().equals(instance()) || nodes.locks().isFree(intent.paths())) {
                if (isOrphan(intent)) {
                    try {
                        settle(intent);
                    } catch (FsException e) {
                        LOG.log(Level.WARNING, "an interrupted change could not be settled yet: " + e.getMessage());
                    }
                }
            }
        }
    }

    /** Waits for its paths, then settles an intent that nobody is at, unless somebody else has. */
    private void settle(Intent intent) throws FsException {
        PathLocks.Turn turn = nodes.locks().await(intent.paths(), StoreNodes.PATIENCE, "settle");
        try {
            boolean mine = nodes.change(
                    "settle",
                    intent.path(),
                    connection -> nodes.intents(connection).claim(intent, instance()));
            if (mine) {
                settleInTurn(intent);
            }
        } finally {
            nodes.locks().end(turn);
        }
    }

    /** Settles an intent of this process whose paths it has for itself. */
    void settleInTurn(Intent intent) throws FsException {
        StoreNodes.Deed step = rowsAsTheStoreIs(intent);
        finish(intent, "settle", step);
    }

    /**
     * Changes the rows and takes the intent back, in one transaction.
     *
     * @throws FsException {@code UNAVAILABLE}; {@code BUSY} if another gateway took this one for dead and has settled it
     */
    void finish(Intent intent, String operation, StoreNodes.Deed step) throws FsException {
        nodes.apply(operation, intent.path(), connection -> {
            if (!nodes.intents(connection).delete(intent.id())) {
                throw new FsException(Kind.BUSY, operation, intent.path());
            }
            step.run(connection);
        });
    }

    private StoreNodes.Deed rowsAsTheStoreIs(Intent intent) throws FsException {
        return switch (intent.operation()) {
            case RESERVE -> NOTHING;
            case WRITE -> written(intent);
            case MAKE_DIRECTORY -> made(intent);
            case CHANGE -> changed(intent);
            case LINK -> linked(intent);
            case COPY -> copied(intent);
            case MOVE -> moved(intent);
            case REMOVE -> removed(intent);
        };
    }

    private static final StoreNodes.Deed NOTHING = connection -> {};

    private StoreNodes.Deed written(Intent intent) throws FsException {
        FsPath path = intent.path();
        Node there = view.statOrNull(path);
        if (intent.wasBefore(there)) {
            return NOTHING;
        }
        boolean written = there != null && !there.isDirectory() && there.size() == intent.size();
        return keep(path, written ? there : null, intent.kept());
    }

    private StoreNodes.Deed made(Intent intent) throws FsException {
        Node there = view.statOrNull(intent.path());
        return there == null || !there.isDirectory()
                ? NOTHING
                : connection -> {
                    nodes.rows(connection).deleteBelow(intent.path());
                    keep(intent.path(), there, intent.kept()).run(connection);
                };
    }

    /** Setting attributes twice is setting them once, so this one always goes on. */
    private StoreNodes.Deed changed(Intent intent) throws FsException {
        FsPath path = intent.path();
        Node there = view.statOrNull(path);
        Version same = new Version(intent.seen().size(), null, intent.seen().etag());
        if (there == null || there.type() != intent.before() || !same.fits(there)) {
            return NOTHING;
        }
        AttributeChange own = intent.kept().keptBy(store.capabilities());
        Node changed = own.isEmpty() ? there : store.change(path, own, Preconditions.NONE);
        return connection -> {
            NodeRow row = nodes.rows(connection).find(path);
            // Before the intent was written the row was true or it was taken away; its time may be the old one.
            AttributeChange base = row == null || row.isLink() ? AttributeChange.NONE : row.kept();
            AttributeChange rest = NodeView.notKeptBy(store.capabilities(), intent.kept());
            keep(path, changed, NodeRow.over(base, rest)).run(connection);
        };
    }

    /** The symlink is there as soon as the file is gone. A file that will not go keeps its place. */
    private StoreNodes.Deed linked(Intent intent) throws FsException {
        FsPath path = intent.path();
        Node there = view.statOrNull(path);
        if (there != null && intent.wasBefore(there)) {
            try {
                store.remove(path, Preconditions.NONE);
                there = null;
            } catch (FsException e) {
                if (e.kind() == Kind.UNAVAILABLE || e.kind() == Kind.TIMEOUT || e.kind() == Kind.BUSY) {
                    throw e;
                }
                LOG.log(Level.WARNING, "a symlink could not replace a file: " + e.getMessage());
            }
        }
        List<FsPath> over = there != null ? List.of(path) : second(intent);
        return connection -> nodes.rows(connection).delete(over);
    }

    private static List<FsPath> second(Intent intent) {
        FsPath second = intent.second();
        return second == null ? List.of() : List.of(second);
    }

    private StoreNodes.Deed copied(Intent intent) throws FsException {
        FsPath target = second(intent).get(0);
        Node there = view.statOrNull(target);
        return there == null || (!there.isDirectory() && intent.wasBefore(there))
                ? NOTHING
                : copyRows(intent, there, false);
    }

    private StoreNodes.Deed moved(Intent intent) throws FsException {
        FsPath target = second(intent).get(0);
        if (view.statOrNull(intent.path()) != null) {
            return NOTHING;
        }
        Node there = view.statOrNull(target);
        return there != null
                ? moveRows(intent, there)
                : connection -> nodes.rows(connection).deleteTree(intent.path());
    }

    private StoreNodes.Deed removed(Intent intent) throws FsException {
        return view.statOrNull(intent.path()) != null
                ? NOTHING
                : connection -> nodes.rows(connection).deleteTree(intent.path());
    }

    /** Gives a node what is kept of it; whatever its path had before goes. */
    StoreNodes.Deed keep(FsPath path, @Nullable Node node, AttributeChange kept) {
        return connection -> {
            NodeRows rows = nodes.rows(connection);
            if (node == null) {
                rows.delete(List.of(path));
            } else {
                rows.keep(NodeRow.of(path, node, kept));
                nodes.appear(connection, false);
            }
        };
    }

    /** The rows of a tree follow it to its new path. */
    StoreNodes.Deed moveRows(Intent intent, Node moved) throws FsException {
        FsPath source = intent.path();
        FsPath target = second(intent).get(0);
        boolean sameTimes = !moved.isDirectory() || keepsTimes(source, target);
        return connection -> {
            NodeRows rows = nodes.rows(connection);
            rows.move(source, target, moved);
            if (!sameTimes) {
                rows.forgetTimes(target);
            }
        };
    }

    /** One file tells whether the store gives files new times when it moves them. */
    private boolean keepsTimes(FsPath source, FsPath target) throws FsException {
        for (NodeRow sample :
                nodes.read("move", source, connection -> nodes.rows(connection).anyFile(source))) {
            Node node = view.statOrNull(sample.path().from(source).under(target));
            return node == null || sample.belongsTo(node);
        }
        return true;
    }

    /**
     * The copy of a tree gets a copy of its rows; files that the symlinks among them replace go.
     *
     * @param whole whether all has been copied; if not, what the target had and still has keeps its rows
     */
    StoreNodes.Deed copyRows(Intent intent, Node copy, boolean whole) throws FsException {
        FsPath source = intent.path();
        FsPath target = second(intent).get(0);
        if (copy.isDirectory() && nodes.hasLinks("copy")) {
            new TreeCheck(store, view, nodes).clearForLinks(source, target);
        }
        if (copy.isDirectory() && !whole) {
            new TreeCheck(store, view, nodes).dropStale(target);
        } else if (copy.isDirectory() && !view.needsNoTimes()) {
            new TreeCheck(store, view, nodes).keepTimes(source, target);
        }
        return connection -> {
            NodeRows rows = nodes.rows(connection);
            if (!whole) {
                rows.copyMissing(source, target);
            } else if (copy.isDirectory()) {
                rows.copyBelow(source, target);
            } else {
                rows.deleteBelow(target);
            }
            rows.keep(NodeRow.of(target, copy, keptByCopy(intent.kept(), copy)));
            nodes.appear(connection, false);
        };
    }

    /** A time that the store has copied by itself needs no row. */
    static AttributeChange keptByCopy(AttributeChange kept, Node copy) {
        return kept.modified() != null && Version.micros(kept.modified()) == Version.micros(copy.modified())
                ? NodeRow.withoutTime(kept)
                : kept;
    }
}
