package dev.packhorse.front.replay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.wire.replay.ReplayQuery;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one command, as its client may use them.
 *
 * @param query opened, if it was encrypted
 * @param encrypted whether it was
 * @param exports those that this client sees
 */
record Call(ReplayQuery query, boolean encrypted, List<ReplayExport> exports) {

    static Call of(ReplayQuery query, boolean encrypted, boolean seesAll, Collection<ReplayExport> all) {
        return new Call(
                query,
                encrypted,
                all.stream().filter(export -> seesAll || export.visible()).toList());
    }

    /** Whether an argument names the device itself. */
    boolean isRoot(String argument) {
        FsPath path = path(argument);
        return path != null && path.isRoot();
    }

    /**
     * Where an argument leads, whether something is there or not.
     *
     * @throws RefusedException if it is missing, leads into no export that this client sees, or into one that wants encryption
     */
    Place place(String argument) throws RefusedException {
        if (query.value(argument) == null) {
            throw RefusedException.badRequest();
        }
        Place place = find(argument);
        if (place == null) {
            throw RefusedException.noSuchFile();
        }
        return place;
    }

    /** The same; {@code null} if there is no such export. */
    @Nullable
    Place find(String argument) throws RefusedException {
        FsPath path = path(argument);
        ReplayExport export = export(path);
        if (path == null || export == null) {
            return null;
        }
        if (export.encrypted() && !encrypted) {
            throw RefusedException.notAllowed();
        }
        try {
            return new Place(export, path.from(FsPath.ROOT.child(export.name())));
        } catch (FsException e) {
            throw new IllegalStateException("the name of an export is a segment", e);
        }
    }

    /** The export that an argument leads into, whatever the client may do there; {@code null} if it sees none. */
    @Nullable
    ReplayExport export(String argument) {
        return export(path(argument));
    }

    private @Nullable ReplayExport export(@Nullable FsPath path) {
        if (path == null || path.isRoot()) {
            return null;
        }
        String text = path.toString();
        for (ReplayExport export : exports) {
            int end = export.name().length() + 1;
            if (text.startsWith(export.name(), 1) && (text.length() == end || text.charAt(end) == '/')) {
                return export;
            }
        }
        return null;
    }

    /** Clients send {@code /Video/x}, {@code //Video/x} and {@code Video/x} (INTEROP section 1, "our server's parser"). */
    private @Nullable FsPath path(String argument) {
        String value = query.value(argument);
        try {
            return value == null ? null : FsPath.parse("/" + value);
        } catch (FsException e) {
            return null;
        }
    }

    /**
     * A number.
     *
     * @throws RefusedException if it is none
     */
    long number(String argument, long otherwise) throws RefusedException {
        try {
            return query.number(argument).orElse(otherwise);
        } catch (IllegalArgumentException e) {
            throw RefusedException.badRequest();
        }
    }
}
