package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.policy.overlay.NodeView.Sight;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Symlinks that are rows, and copies and moves of trees that hold them and other rows. */
final class Transfers {

    private final Store store;
    private final NodeView view;
    private final Journal journal;
    private final StoreNodes nodes;

    Transfers(Store store, NodeView view, Journal journal) {
        this.store = store;
        this.view = view;
        this.journal = journal;
        this.nodes = journal.nodes();
    }

    /** Two ends of a transfer, and what is there. A node that the store has counts more than a row. */
    private record Ends(
            Sight source,
            Sight target,
            TransferOptions options,
            @Nullable Node from,
            @Nullable Node to) {}

    /** Makes a symlink that is a row. */
    Node link(Sight sight, String target, WriteOptions options) throws FsException {
        if (sight.real().isRoot()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "link", sight.path());
        }
        AttributeChange kept = NodeRow.over(
                new AttributeChange(Mode.SYMLINK_DEFAULT, Instant.now(), null, null), options.attributes());
        try (Change change = new Change(journal, "link", sight.real()).begin()) {
            change.reserve();
            return putLink(change, sight, NodeRow.link(sight.real(), target, kept), options.preconditions(), null);
        }
    }

    /**
     * Puts a symlink at its path. A file that is there hides it until it goes, so that there is always one of the two.
     *
     * @param preconditions of what is at the path
     * @param origin the symlink that goes when this one is there; {@code null} for none
     */
    private Node putLink(Change change, Sight sight, NodeRow link, Preconditions preconditions, @Nullable FsPath origin)
            throws FsException {
        String operation = change.operation();
        FsPath real = sight.real();
        if (!NodeKey.fits(real)) {
            throw new FsException(Kind.INVALID_NAME, operation, sight.path());
        }
        view.requireParent(sight, operation);
        Node before = view.statOrNull(real);
        Found found = new Found();
        change.plan(connection -> {
            NodeRows rows = nodes.rows(connection);
            NodeRow row = rows.find(real);
            preconditions.check(view.current(before, row, sight.path()), operation, sight.path());
            if (before != null && before.isDirectory()) {
                throw new FsException(Kind.IS_A_DIRECTORY, operation, sight.path());
            }
            found.row = row;
            rows.put(link);
            nodes.appear(connection, true);
            if (before == null && origin != null) {
                rows.delete(List.of(origin));
            }
            return before == null
                    ? null
                    : journal.intent(Intent.Operation.LINK, real, origin, AttributeChange.NONE, before, -1);
        });
        if (before != null) {
            try {
                store.remove(real, Preconditions.NONE);
            } catch (FsException e) {
                takeBack(change, real, found.row, e);
                throw e;
            }
            change.finish(connection -> nodes.rows(connection).delete(origin == null ? List.of() : List.of(origin)));
        }
        return view.link(link, sight.path());
    }

    /** A file that will not go gets its row back, if the database answers; if not, the intent stays for later. */
    private void takeBack(Change change, FsPath real, @Nullable NodeRow old, FsException failure) {
        try {
            if (view.statOrNull(real) != null) {
                change.finish(connection -> {
                    if (old == null) {
                        nodes.rows(connection).delete(List.of(real));
                    } else {
                        nodes.rows(connection).put(old);
                    }
                });
            }
        } catch (FsException e) {
            failure.addSuppressed(e);
        }
    }

    /** What a plan has found. */
    private static final class Found {
        private @Nullable NodeRow row;
        private @Nullable NodeRow targetRow;
    }

    Node copy(Sight source, Sight target, TransferOptions options) throws FsException {
        try (Change change = new Change(journal, "copy", source.real(), target.real()).begin()) {
            boolean keepsTime = view.needsNoTimes();
            if (keepsTime && !nodes.hasRows("copy")) {
                return view.merge(store.copy(source.real(), target.real(), options), null)
                        .at(target.path());
            }
            change.reserve();
            Ends ends = ends(source, target, options);
            Found found = new Found();
            NodeRow link = linkToTransfer(change, ends, found);
            if (link != null) {
                AttributeChange kept = link.kept();
                NodeRow copy = NodeRow.link(target.real(), String.valueOf(link.target()), kept);
                return putLink(change, target, copy, Preconditions.NONE, null);
            }
            Node from = Objects.requireNonNull(ends.from());
            if (from.isDirectory() && nodes.hasRows("copy") && !target.real().isBelow(source.real())) {
                TreeCheck check = new TreeCheck(store, view, nodes);
                check.dropStale(source.real());
                if (ends.to() != null) {
                    check.requireMergeable(source.real(), target.real());
                }
            }
            Planned planned = new Planned();
            change.plan(connection -> {
                NodeRows rows = nodes.rows(connection);
                NodeRow row = rows.find(source.real());
                planned.kept = view.stillNeeded(NodeRow.keptOf(row, from));
                if (!keepsTime) {
                    planned.kept = NodeRow.over(
                            new AttributeChange(null, view.merge(from, row).modified(), null, null), planned.kept);
                }
                boolean needed = row != null || !keepsTime || rows.any(source.real()) || rows.any(target.real());
                requireRoom(rows, change.operation(), source, target);
                return needed
                        ? journal.intent(
                                Intent.Operation.COPY, source.real(), target.real(), planned.kept, ends.to(), -1)
                        : null;
            });
            Node copy = store.copy(source.real(), target.real(), forTheStore(ends, found.row));
            Intent intent = change.intent();
            if (intent == null) {
                return view.merge(copy, null).at(target.path());
            }
            change.finish(journal.copyRows(intent, copy, true));
            return view.merge(copy, NodeRow.of(target.real(), copy, Journal.keptByCopy(planned.kept, copy)))
                    .at(target.path());
        } catch (FsException e) {
            throw named(e, source, target);
        }
    }

    /** What a plan has decided. */
    private static final class Planned {
        private AttributeChange kept = AttributeChange.NONE;
    }

    Node move(Sight source, Sight target, TransferOptions options) throws FsException {
        try (Change change = new Change(journal, "move", source.real(), target.real()).begin()) {
            if (!nodes.hasRows("move")) {
                return view.merge(store.move(source.real(), target.real(), options), null)
                        .at(target.path());
            }
            change.reserve();
            Ends ends = ends(source, target, options);
            Found found = new Found();
            NodeRow link = linkToTransfer(change, ends, found);
            if (link != null) {
                NodeRow moved = NodeRow.link(target.real(), String.valueOf(link.target()), link.kept());
                return putLink(change, target, moved, Preconditions.NONE, source.real());
            }
            Node from = Objects.requireNonNull(ends.from());
            Node to = ends.to();
            Planned planned = new Planned();
            change.plan(connection -> {
                NodeRows rows = nodes.rows(connection);
                if (options.overwrite()
                        && from.isDirectory()
                        && to != null
                        && to.isDirectory()
                        && rows.linksIn(target.real())
                        && !source.real().equals(target.real())
                        && !target.real().isBelow(source.real())) {
                    throw new FsException(Kind.NOT_EMPTY, "move", target.path());
                }
                requireRoom(rows, change.operation(), source, target);
                NodeRow row = rows.find(source.real());
                planned.kept = view.stillNeeded(NodeRow.keptOf(row, from));
                if (row != null && !row.belongsTo(from)) {
                    rows.delete(List.of(source.real()));
                }
                return rows.any(source.real()) || rows.any(target.real())
                        ? journal.intent(
                                Intent.Operation.MOVE, source.real(), target.real(), AttributeChange.NONE, to, -1)
                        : null;
            });
            Node moved = store.move(source.real(), target.real(), forTheStore(ends, found.row));
            Intent intent = change.intent();
            if (intent == null) {
                return view.merge(moved, null).at(target.path());
            }
            change.finish(journal.moveRows(intent, moved));
            return view.merge(moved, NodeRow.of(target.real(), moved, planned.kept))
                    .at(target.path());
        } catch (FsException e) {
            throw named(e, source, target);
        }
    }

    private Ends ends(Sight source, Sight target, TransferOptions options) throws FsException {
        return new Ends(source, target, options, view.statOrNull(source.real()), view.statOrNull(target.real()));
    }

    /**
     * Checks what the store cannot, because one of the two ends is a row.
     *
     * @return the row of the source if that is a symlink of the overlay; {@code null} if the store has the source
     */
    private @Nullable NodeRow linkToTransfer(Change change, Ends ends, Found found) throws FsException {
        Sight source = ends.source();
        Sight target = ends.target();
        String operation = change.operation();
        Map<FsPath, NodeRow> rows = nodes.read(
                operation,
                source.path(),
                connection -> nodes.rows(connection).find(List.of(source.real(), target.real())));
        found.row = rows.get(source.real());
        found.targetRow = rows.get(target.real());
        Node current = view.current(ends.from(), found.row, source.path());
        if (current == null) {
            throw view.missing(source, operation);
        }
        ends.options().preconditions().check(current, operation, source.path());
        if (source.real().equals(target.real())
                || source.real().isRoot()
                || target.real().isRoot()) {
            throw new FsException(Kind.INVALID_NAME, operation, target.path());
        }
        Node occupant = view.current(ends.to(), found.targetRow, target.path());
        boolean link = ends.from() == null;
        if (link || (occupant != null && ends.to() == null)) {
            view.requireParent(target, operation);
            if (occupant != null && !ends.options().overwrite()) {
                throw new FsException(Kind.ALREADY_EXISTS, operation, target.path());
            }
            if (occupant != null && link && occupant.isDirectory()) {
                throw new FsException(Kind.IS_A_DIRECTORY, operation, target.path());
            }
            if (occupant != null && !link && current.isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, operation, target.path());
            }
        }
        return link ? found.row : null;
    }

    private static TransferOptions forTheStore(Ends ends, @Nullable NodeRow row) {
        return new TransferOptions(
                ends.options().overwrite(), NodeView.forTheStore(ends.options().preconditions(), row));
    }

    /** No row may get a path that is too long for one. */
    private static void requireRoom(NodeRows rows, String operation, Sight source, Sight target)
            throws SQLException, FsException {
        int longest = rows.longest(source.real());
        int grown = length(target.real()) - length(source.real());
        if ((longest > 0 && longest + grown > NodeKey.MAX_PATH)
                || (!NodeKey.fits(target.real()) && rows.find(source.real()) != null)) {
            throw new FsException(Kind.INVALID_NAME, operation, target.path());
        }
    }

    private static int length(FsPath path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    private static FsException named(FsException e, Sight source, Sight target) {
        FsException first = source.named(e);
        return first == e ? target.named(e) : first;
    }
}
