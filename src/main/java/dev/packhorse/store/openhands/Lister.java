package dev.packhorse.store.openhands;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.SortedNodes;
import dev.packhorse.store.http.Answer;
import java.io.IOException;
import java.util.concurrent.ExecutorService;

/** Lists directories: the whole of an answer is read and sorted before the first entry is shown, so that none is cut. */
final class Lister {

    private final Server server;
    private final Lookup lookup;
    private final Known known;
    private final ExecutorService probes;

    Lister(Server server, Lookup lookup, Known known, ExecutorService probes) {
        this.server = server;
        this.lookup = lookup;
        this.known = known;
        this.probes = probes;
    }

    Listing list(FsPath directory) throws IOException {
        if (!server.dialect().reaches(directory)) {
            throw lookup.missing(directory, "list");
        }
        SortedNodes nodes = new SortedNodes("list", directory);
        try {
            if (!gather(directory, nodes)) {
                requireDirectory(directory);
            }
            known.directory(directory);
            return new SizedListing(nodes.sort(), directory, lookup, probes);
        } catch (IOException | RuntimeException e) {
            try (nodes) {
                throw e;
            }
        }
    }

    /** Takes what the server lists; returns whether that makes a directory of the path. */
    private boolean gather(FsPath directory, SortedNodes nodes) throws IOException {
        Dialect dialect = server.dialect();
        try (Answer answer = server.list(directory)) {
            switch (answer.status()) {
                case 200 -> {
                    ListParser list = new ListParser(answer.stream(), directory);
                    for (ListParser.Entry entry = list.next(); entry != null; entry = list.next()) {
                        FsPath path = entry.path();
                        if (isShown(entry, dialect)) {
                            nodes.add(entry.isDirectory() ? lookup.directory(path) : lookup.file(path, 0));
                        }
                    }
                    answer.finish();
                    return list.hasAny();
                }
                case 400, 404, 405, 409, 410, 500 -> {
                    answer.drain(Server.REST);
                    return directory.isRoot() && answer.status() == 404;
                }
                default -> throw Server.refused(answer, "list", directory);
            }
        }
    }

    private static boolean isShown(ListParser.Entry entry, Dialect dialect) {
        FsPath path = entry.path();
        return !path.name().equals(OpenHandsStore.MARKER)
                && dialect.reaches(path)
                && (entry.isDirectory() || dialect.reads(path));
    }

    /** An empty list, or none, is one of a directory only if that is listed by its parent. */
    private void requireDirectory(FsPath directory) throws IOException {
        if (!directory.isRoot() && !lookup.existing(directory, "list").isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, "list", directory);
        }
    }
}
