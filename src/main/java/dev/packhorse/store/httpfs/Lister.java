package dev.packhorse.store.httpfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.SortedNodes;
import dev.packhorse.store.http.Answer;
import dev.packhorse.store.http.Percent;
import dev.packhorse.wire.httpfs.Wire;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Lists and walks in one request where the server can. The whole of an answer is read and sorted before the first entry is
 * shown: none is cut, and the connection is free before anybody looks at the entries. What a server lacks is remembered.
 */
final class Lister {

    /** Nodes in memory for one listing; about 2 MiB. */
    private static final int RUN = 8_192;

    /** Beyond so many symlinks that parts may have followed, each entry is asked for. */
    private static final int MOST_DOUBTS = 10_000;

    private static final Map<String, String> MULTIPART = Map.of("Accept", "multipart/mixed");

    private final Server server;
    private final Lookup lookup;
    private final ExecutorService threads;
    private volatile Bulk children = Bulk.UNKNOWN;
    private volatile boolean noDescendants;

    /** How a directory's entries come with their metadata. */
    private enum Bulk {
        UNKNOWN,
        /** {@code GET dir} with {@code Accept: multipart/mixed}: wanix. */
        ACCEPT,
        /** {@code GET dir/:}, the document's. */
        SUFFIX,
        /** Not at all: names and modes only. */
        NONE
    }

    /**
     * What came of asking for parts.
     *
     * @param listing {@code null} if none came
     * @param lacks whether that is because the server has no such answer here, and not because it failed this time
     */
    private record Parts(@Nullable Listing listing, boolean lacks) {}

    Lister(Server server, Lookup lookup, ExecutorService threads) {
        this.server = server;
        this.lookup = lookup;
        this.threads = threads;
    }

    Listing list(FsPath directory) throws IOException {
        if (server.dialect() == Dialect.PACKHORSE) {
            return bulk("list", directory, Wire.CHILDREN, Map.of());
        }
        Bulk known = children;
        boolean lacks = true;
        if (known == Bulk.UNKNOWN || known == Bulk.ACCEPT) {
            Parts parts = parts("list", directory, "", MULTIPART);
            if (parts.listing() != null) {
                children = Bulk.ACCEPT;
                return parts.listing();
            }
            lacks = parts.lacks();
        }
        if (known != Bulk.NONE) {
            Parts parts = parts("list", directory, Wire.CHILDREN, Map.of());
            if (parts.listing() != null) {
                children = lacks ? Bulk.SUFFIX : known;
                return parts.listing();
            }
            // The suffix may be missing at the root alone, as with wanix, and for what is no directory.
            if (known == Bulk.UNKNOWN && lacks && parts.lacks() && !directory.isRoot() && isDirectory(directory)) {
                children = Bulk.NONE;
            }
        }
        return lines(directory);
    }

    private boolean isDirectory(FsPath path) throws IOException {
        Node node = lookup.find(path, "list");
        return node != null && node.isDirectory();
    }

    /** {@code null} if the server has no walk, so that one directory has to be listed after the other. */
    @Nullable
    Listing walk(FsPath directory) throws IOException {
        if (server.dialect() == Dialect.PACKHORSE) {
            return bulk("walk", directory, Wire.DESCENDANTS, MULTIPART);
        }
        if (noDescendants) {
            return null;
        }
        Parts parts = parts("walk", directory, Wire.DESCENDANTS, MULTIPART);
        if (parts.listing() == null && parts.lacks() && !directory.isRoot() && isDirectory(directory)) {
            noDescendants = true;
        }
        return parts.listing();
    }

    /** From a server that has it for certain: a refusal is one of the path. */
    private Listing bulk(String operation, FsPath directory, String suffix, Map<String, String> headers)
            throws IOException {
        Listing listing = parts(operation, directory, suffix, headers).listing();
        if (listing != null) {
            return listing;
        }
        if (!lookup.existing(directory, operation).isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, operation, directory);
        }
        throw new FsException(Kind.IO, operation, directory, new IOException("the server answers without parts"));
    }

    /** An answer in parts, if the server gives one here. */
    private Parts parts(String operation, FsPath directory, String suffix, Map<String, String> headers)
            throws IOException {
        SortedNodes nodes = new SortedNodes(operation, directory, RUN);
        try (Answer answer = server.ask("GET", directory, suffix, headers)) {
            String boundary = answer.status() == 200 && isOfDirectory(answer)
                    ? PartsParser.boundary(answer.header("Content-Type"))
                    : null;
            if (boundary == null) {
                boolean lacks = isLacking(answer, operation, directory);
                nodes.close();
                return new Parts(null, lacks);
            }
            Gathering gathering = new Gathering(operation, directory, nodes);
            gathering.gather(new PartsParser(answer.stream(), boundary));
            answer.drain(Server.REST);
            if (operation.equals("walk") && gathering.lacksFiles()) {
                // SPEC.md, "directories only": what is missing would be asked for one by one.
                noDescendants = true;
                nodes.close();
                return new Parts(null, /* lacks= */ true);
            }
            return new Parts(gathering.listing(nodes.sort()), /* lacks= */ false);
        } catch (IOException | RuntimeException e) {
            try (nodes) {
                throw e;
            }
        }
    }

    /** A file may be of the type multipart/mixed; where the mode is told, it tells. */
    private static boolean isOfDirectory(Answer answer) {
        return answer.header(Wire.CONTENT_MODE) == null || Nodes.type(answer::header) == NodeType.DIRECTORY;
    }

    /**
     * Whether an answer without parts says that there never are any here; one that says anything else, 500 for instance, may be
     * followed by parts the next time.
     *
     * @throws FsException for a refusal that the plain listing would meet as well
     */
    private static boolean isLacking(Answer answer, String operation, FsPath directory) throws IOException {
        int status = answer.status();
        if (status == 200) {
            return true;
        }
        FsException refused = Failures.refused(answer, operation, directory);
        return switch (refused.kind()) {
            case PERMISSION_DENIED, TIMEOUT, UNAVAILABLE, TOO_LARGE, NO_SPACE, STALE, NOT_EMPTY -> throw refused;
            case NOT_FOUND, INVALID_NAME, UNSUPPORTED -> true;
            case ALREADY_EXISTS, IS_A_DIRECTORY, NOT_A_DIRECTORY, PRECONDITION_FAILED, BUSY, IO -> {
                if (status / 100 == 3) {
                    throw refused;
                }
                yield false;
            }
        };
    }

    /** The plain listing: names and modes, and a HEAD for each of them when it is looked at. */
    private Listing lines(FsPath directory) throws IOException {
        SortedNodes nodes = new SortedNodes("list", directory, RUN);
        try (Answer answer = server.ask("GET", directory, Map.of())) {
            if (answer.status() != 200) {
                FsException refused = Failures.refused(answer, "list", directory);
                throw refused.kind() == Kind.NOT_FOUND ? lookup.missing(directory, "list") : refused;
            }
            if (Nodes.type(answer::header) != NodeType.DIRECTORY) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "list", directory);
            }
            LineReader lines = new LineReader(answer.stream());
            Locations locations = locations(directory);
            for (String line = lines.next(); line != null; line = lines.next()) {
                ListingLine entry = ListingLine.parse(line);
                FsPath path = entry == null ? null : child(locations, directory, entry.name());
                if (path != null) {
                    nodes.add(nameOnly(path));
                }
            }
            answer.finish();
            nodes.sort();
            return new Heads(nodes, "list", directory, node -> true, lookup, threads);
        } catch (IOException | RuntimeException e) {
            try (nodes) {
                throw e;
            }
        }
    }

    private static Node nameOnly(FsPath path) {
        return new Node(path, NodeType.FILE, Mode.FILE_DEFAULT, 0, Instant.EPOCH, Owner.ROOT, null, null, null);
    }

    private static @Nullable FsPath child(Locations locations, FsPath directory, String text) {
        String name = locations.name(directory, text);
        if (name == null || Wire.isSuffix(name)) {
            return null;
        }
        try {
            return directory.child(name);
        } catch (FsException e) {
            // No name that a client of ours could use.
            return null;
        }
    }

    private Locations locations(FsPath directory) {
        return new Locations(server.basePath(), directory, this::encoded);
    }

    /**
     * Whether names are as they stand in URLs (INTEROP section 2, apptron): found out at the first that looks like it, by which of
     * the two meanings is there. While neither is, a name is taken as it is.
     */
    private boolean encoded(FsPath parent, String name) {
        Boolean known = server.encodedNames();
        String decoded = Percent.decoded(name);
        if (known != null || decoded == null || decoded.equals(name)) {
            return known != null && known && decoded != null;
        }
        try {
            if (server.dialect() == Dialect.PACKHORSE) {
                return false;
            }
            if (lookup.find(parent.child(name), "list") != null) {
                server.encodedNames(false);
            } else if (lookup.find(parent.child(decoded), "list") != null) {
                server.encodedNames(true);
                return true;
            }
            return false;
        } catch (IOException e) {
            // Asked again at the next name.
            return false;
        }
    }

    /** Takes the nodes out of one answer. */
    private final class Gathering {
        private final String operation;
        private final FsPath directory;
        private final SortedNodes nodes;
        private final Locations locations;
        private final Nodes reader;
        private final boolean trusted;
        private final Set<FsPath> doubts = new HashSet<>();
        private boolean allDoubtful;
        private boolean hasFiles;
        private boolean listsFiles;

        Gathering(String operation, FsPath directory, SortedNodes nodes) throws IOException {
            this.operation = operation;
            this.directory = directory;
            this.nodes = nodes;
            this.locations = locations(directory);
            this.trusted = server.dialect() == Dialect.PACKHORSE;
            this.reader = new Nodes(server.dialect());
        }

        void gather(PartsParser parts) throws IOException {
            for (Map<String, String> head = parts.next(); head != null; head = parts.next()) {
                FsPath path = locations.path(head);
                if (path == null || Wire.isSuffix(path.name())) {
                    continue;
                }
                long size = Nodes.size(head::get);
                Node node = reader.node(path, head::get, Math.max(0, size));
                if (node.isDirectory() && !trusted) {
                    lines(path, parts);
                }
                boolean here = operation.equals("walk") || directory.equals(path.parent());
                if (path.equals(directory) || !here) {
                    continue;
                }
                hasFiles |= !node.isDirectory();
                if (size < 0 && !node.isDirectory()) {
                    doubt(path);
                }
                nodes.add(node);
            }
        }

        /** A listing within the parts shows what is a link: wanix follows them in parts. */
        private void lines(FsPath at, PartsParser parts) throws IOException {
            for (String line = parts.line(); line != null; line = parts.line()) {
                ListingLine entry = ListingLine.parse(line);
                NodeType type = entry == null ? null : Nodes.typeOf(entry.bits());
                listsFiles |= entry != null && type != NodeType.DIRECTORY;
                if (entry != null && type == NodeType.SYMLINK) {
                    FsPath path = child(locations, at, entry.name());
                    if (path != null) {
                        doubt(path);
                    }
                }
            }
        }

        private void doubt(FsPath path) {
            allDoubtful |= doubts.size() == MOST_DOUBTS;
            if (!allDoubtful) {
                doubts.add(path);
            }
        }

        boolean lacksFiles() {
            return listsFiles && !hasFiles;
        }

        Listing listing(SortedNodes sorted) {
            if (allDoubtful) {
                doubts.clear();
                return new Heads(sorted, operation, directory, node -> true, lookup, threads);
            }
            return doubts.isEmpty()
                    ? sorted
                    : new Heads(sorted, operation, directory, node -> doubts.contains(node.path()), lookup, threads);
        }
    }
}
