package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.SortedNodes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.commons.net.ftp.FTPClientConfig;
import org.apache.commons.net.ftp.FTPFile;
import org.apache.commons.net.ftp.FTPFileEntryParser;
import org.apache.commons.net.ftp.parser.DefaultFTPFileEntryParserFactory;
import org.apache.commons.net.ftp.parser.ParserInitializationException;
import org.jspecify.annotations.Nullable;

/** Reads listings off the data connection: {@code MLSD}, or {@code LIST} where there is nothing better. */
final class Lister {

    /** What no server takes for an option or a pattern. */
    private static final Pattern PLAIN = Pattern.compile("(/[\\p{L}\\p{N}._][\\p{L}\\p{N}._-]*)*/?");

    /** Entries in memory of a listing on its own, and of one of many. */
    static final int MANY = SortedNodes.RUN;

    static final int FEW = 2048;

    private Lister() {}

    /**
     * The nodes of a directory in bytewise order.
     *
     * @param wanted which of them
     * @param run how many are in memory at most
     */
    static Listing sorted(Connection connection, FsPath directory, String operation, Predicate<Node> wanted, int run)
            throws IOException {
        SortedNodes nodes = new SortedNodes(operation, directory, run);
        boolean sorted = false;
        try {
            scan(connection, directory, entry -> {
                if (FsPath.isName(entry.name())) {
                    Node node = entry.node(directory.child(entry.name()));
                    if (wanted.test(node)) {
                        nodes.add(node);
                    }
                }
            });
            nodes.sort();
            sorted = true;
            return nodes;
        } finally {
            if (!sorted) {
                nodes.close();
            }
        }
    }

    /** Tells whether some server takes a path for a pattern, whatever the command. */
    static boolean looksLikeAPattern(String path) {
        return path.chars().anyMatch(c -> "*?[]{}".indexOf(c) >= 0);
    }

    /** Takes entries in the order of the server, while the transfer is going on. */
    interface Sink {
        void take(Entry entry) throws IOException;
    }

    /**
     * Reads what is in a directory, without itself and its parent.
     *
     * @throws RefusedException if the server does not list it, or stopped in the middle
     * @throws IOException if the listing is not whole: it never ends early
     */
    static void scan(Connection connection, FsPath directory, Sink sink) throws IOException {
        String at = connection.at(directory);
        if (connection.features().mlst()) {
            if (!PLAIN.matcher(at).matches()) {
                connection.run("CWD", at);
                at = null;
            }
            read(connection, "MLSD", at, Facts::parse, sink);
            return;
        }
        connection.run("CWD", at);
        Lines lines = new Lines(parser(connection));
        // Hidden names are shown on demand only. A server that does not know the option refuses it, or looks for a file
        // of
        // that name.
        try {
            if (read(connection, "LIST", "-a", lines, sink) > 0) {
                return;
            }
        } catch (RefusedException e) {
            if (e.reply().code() / 100 != 5) {
                throw e;
            }
        }
        read(connection, "LIST", null, lines, sink);
    }

    private interface Parser {
        @Nullable
        Entry parse(String line) throws IOException;
    }

    private static long read(Connection connection, String command, @Nullable String argument, Parser parser, Sink sink)
            throws IOException {
        Charset charset = connection.options().charset();
        Transfer transfer = connection.transfer(command, argument, 0);
        long count = 0;
        try {
            BufferedReader lines = new BufferedReader(
                    new InputStreamReader(transfer.in(), charset == null ? StandardCharsets.UTF_8 : charset),
                    64 * 1024);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                count++;
                Entry entry = parser.parse(line);
                if (entry != null) {
                    sink.take(entry);
                }
            }
            transfer.finish();
            return count;
        } catch (IOException e) {
            throw FtpErrors.isConnectionLost(e) ? transfer.explained(e) : e;
        } finally {
            transfer.abort();
        }
    }

    private static FTPFileEntryParser parser(Connection connection) throws IOException {
        FTPClientConfig config = new FTPClientConfig(connection.features().system());
        config.setServerTimeZoneId(connection.options().zone().getId());
        try {
            return new DefaultFTPFileEntryParserFactory().createFileEntryParser(config);
        } catch (ParserInitializationException e) {
            throw new IOException(
                    "no parser for the listings of " + connection.features().system(), e);
        }
    }

    /** Lines of {@code LIST}, by the parsers of commons-net. */
    private static final class Lines implements Parser {
        private final FTPFileEntryParser parser;

        Lines(FTPFileEntryParser parser) {
            this.parser = parser;
        }

        @Override
        public @Nullable Entry parse(String line) throws IOException {
            if (line.isBlank() || line.startsWith("total ")) {
                return null;
            }
            FTPFile file = parser.parseFTPEntry(line);
            if (file == null || file.getName() == null) {
                // Leaving it out would be a listing that looks whole.
                throw new IOException("a line that is no entry in a listing");
            }
            NodeType type = type(file, line);
            String name = file.getName();
            if (type == null || name.equals(".") || name.equals("..")) {
                return null;
            }
            if (type == NodeType.FILE && file.getSize() < 0) {
                throw new IOException("a file without a size in a listing");
            }
            Instant modified = file.getTimestampInstant();
            return new Entry(
                    name,
                    type,
                    type == NodeType.FILE ? file.getSize() : 0,
                    modified == null ? Instant.EPOCH : modified,
                    mode(file, line),
                    null,
                    type == NodeType.SYMLINK ? file.getLink() : null,
                    null,
                    null);
        }

        private static @Nullable NodeType type(FTPFile file, String line) {
            if (file.isSymbolicLink()) {
                return NodeType.SYMLINK;
            }
            if (file.isDirectory()) {
                return NodeType.DIRECTORY;
            }
            return file.isFile() && "bcps".indexOf(line.charAt(0)) < 0 ? NodeType.FILE : null;
        }

        /** The nine bits of a Unix listing; others say nothing that is one. */
        private static @Nullable Mode mode(FTPFile file, String line) {
            if (line.length() < 10 || "-dl".indexOf(line.charAt(0)) < 0) {
                return null;
            }
            int bits = 0;
            for (int access = FTPFile.USER_ACCESS; access <= FTPFile.WORLD_ACCESS; access++) {
                bits = bits << 1 | (file.hasPermission(access, FTPFile.READ_PERMISSION) ? 1 : 0);
                bits = bits << 1 | (file.hasPermission(access, FTPFile.WRITE_PERMISSION) ? 1 : 0);
                bits = bits << 1 | (file.hasPermission(access, FTPFile.EXECUTE_PERMISSION) ? 1 : 0);
            }
            return new Mode(bits);
        }
    }
}
