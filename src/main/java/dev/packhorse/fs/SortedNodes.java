package dev.packhorse.fs;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A listing of nodes that a back end gives in an order of its own: bytewise by path, in memory that does not grow with their
 * number.
 *
 * <p>First {@link #add} all, then {@link #sort}, then {@link #next}; closed by whoever made it. Up to {@value #RUN} nodes are
 * sorted where they are. More are cut into runs of that many, each sorted and written to a temporary file without a name, and
 * merged while they are read: one run is in memory, and 8 KiB for each of the others. A path that was added twice, as happens
 * where a directory changes while it is read, comes once. Used by one thread at a time.
 *
 * <pre>{@code
 * SortedNodes nodes = new SortedNodes("list", directory);
 * try {
 *     for (Node node : whatTheServerSays) {
 *         nodes.add(node);
 *     }
 *     return nodes.sort();
 * } catch (IOException | RuntimeException e) {
 *     nodes.close();
 *     throw e;
 * }
 * }</pre>
 */
public final class SortedNodes implements Listing {

    /** About 8 MiB of nodes with short paths; a million nodes make 31 runs. */
    public static final int RUN = 32_768;

    private static final int BUFFER = 8 * 1024;
    private static final Comparator<Node> BY_PATH = Comparator.comparing(Node::path);

    private final String operation;
    private final FsPath directory;
    private final int run;
    private final List<Run> runs = new ArrayList<>();
    private final PriorityQueue<Run> ahead = new PriorityQueue<>(Comparator.comparing((Run run) -> run.head, BY_PATH));
    private @Nullable Node[] gathered = new @Nullable Node[16];
    private int count;
    private int position;
    private @Nullable FileChannel spill;
    private final SpoolSpace.Room room = SpoolSpace.SHARED.room();
    private @Nullable FsPath last;

    /**
     * An empty one.
     *
     * @param operation what is being done, for failures
     * @param directory what is being listed, for failures
     */
    public SortedNodes(String operation, FsPath directory) {
        this(operation, directory, RUN);
    }

    /** As above, with another number of nodes in memory, for those who hold many listings. */
    public SortedNodes(String operation, FsPath directory, int run) {
        this.operation = operation;
        this.directory = directory;
        this.run = run;
    }

    /**
     * Takes a node.
     *
     * @throws FsException {@code IO} if the temporary file cannot be written
     */
    public void add(Node node) throws FsException {
        if (count == run) {
            spill();
        }
        if (count == gathered.length) {
            gathered = Arrays.copyOf(gathered, Math.min(run, count * 4));
        }
        gathered[count++] = node;
    }

    /**
     * Ends the gathering; from now on {@link #next}.
     *
     * @return this
     * @throws FsException {@code IO} if the temporary file cannot be written or read
     */
    public SortedNodes sort() throws FsException {
        if (spill == null) {
            Arrays.sort(gathered, 0, count, BY_PATH);
            return this;
        }
        spill();
        gathered = new @Nullable Node[0];
        try {
            for (Run run : runs) {
                if (run.advance()) {
                    ahead.add(run);
                }
            }
        } catch (IOException e) {
            throw failure(e);
        }
        return this;
    }

    @Override
    public @Nullable Node next() throws FsException {
        try {
            Node node = following();
            while (node != null && node.path().equals(last)) {
                node = following();
            }
            last = node == null ? null : node.path();
            return node;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private @Nullable Node following() throws IOException {
        if (spill == null) {
            return position < count ? gathered[position++] : null;
        }
        Run first = ahead.poll();
        if (first == null) {
            return null;
        }
        Node node = first.head;
        if (first.advance()) {
            ahead.add(first);
        }
        return node;
    }

    @Override
    public void close() throws FsException {
        gathered = new @Nullable Node[0];
        count = 0;
        runs.clear();
        ahead.clear();
        if (spill != null) {
            try (room) {
                spill.close();
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    private FsException failure(IOException e) {
        return e instanceof FsException known ? known : new FsException(FsException.Kind.IO, operation, directory, e);
    }

    private void spill() throws FsException {
        try {
            if (spill == null) {
                Path file = Files.createTempFile("packhorse-nodes", null);
                spill = FileChannel.open(
                        file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            }
            Arrays.sort(gathered, 0, count, BY_PATH);
            long before = spill.size();
            runs.add(write(spill));
            room.take(spill.size() - before, operation, directory);
            count = 0;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private Run write(FileChannel to) throws IOException {
        long start = to.size();
        to.position(start);
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(to), BUFFER));
        for (int i = 0; i < count; i++) {
            Node node = gathered[i];
            if (node != null) {
                write(out, node);
            }
        }
        out.flush();
        return new Run(new FileSlice(to, new ByteRange(start, /* length= */ to.size() - start)));
    }

    private static void write(DataOutputStream out, Node node) throws IOException {
        write(out, node.path().toString());
        out.writeInt(node.modeBits());
        out.writeLong(node.size());
        Instant modified = node.modified();
        out.writeLong(modified.getEpochSecond());
        out.writeInt(modified.getNano());
        out.writeLong(node.owner().uid());
        out.writeLong(node.owner().gid());
        write(out, node.etag());
        write(out, node.mediaType());
        out.writeBoolean(node.changeTimestamp() != null);
        if (node.changeTimestamp() != null) {
            out.writeLong(node.changeTimestamp());
        }
    }

    private static void write(DataOutputStream out, @Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static Node read(DataInputStream in) throws IOException {
        FsPath path = FsPath.parse(String.valueOf(text(in)));
        int bits = in.readInt();
        NodeType type = Objects.requireNonNull(Mode.typeOf(bits));
        Mode mode = Mode.ofBits(bits);
        long size = in.readLong();
        Instant modified = Instant.ofEpochSecond(in.readLong(), in.readInt());
        Owner owner = new Owner(in.readLong(), in.readLong());
        return new Node(
                path, type, mode, size, modified, owner, text(in), text(in), in.readBoolean() ? in.readLong() : null);
    }

    private static @Nullable String text(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length < 0 ? null : new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    /** One sorted run, read through a buffer of its own from its place in the file. */
    private static final class Run {
        private final DataInputStream in;
        private @Nullable Node head;

        Run(FileSlice slice) {
            this.in = new DataInputStream(new BufferedInputStream(slice.open(), BUFFER));
        }

        boolean advance() throws IOException {
            boolean more = in.available() > 0;
            head = more ? read(in) : null;
            return more;
        }
    }
}
