package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.packhorse.wire.replay.DeviceDescription;
import dev.packhorse.wire.replay.EncryptedQuery;
import dev.packhorse.wire.replay.ReplayQuery;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A ReplayTV 4000 as INTEROP describes it, in memory, with a clock of its own, and with what devices may do or not do as knobs. It
 * writes down what it is asked. What is not known of devices it does in the way that is worst for a client: {@code rm} refuses a
 * directory with children, {@code mv} and {@code cp} what is there already, {@code create} makes times that repeat.
 */
public final class TestDevice implements Closeable {

    /** How an answer is cut (INTEROP section 3). */
    public enum Framing {
        CHUNKED,
        /** Sizes of eight digits. */
        PADDED,
        STATUS_ALONE,
        /** Chunks of 64 KiB and more. */
        BIG,
        /** Chunks of a byte or a few, with extensions and a trailer. */
        SMALL,
        LENGTH,
        CLOSE
    }

    /** An export and what it wants. */
    public record Export(boolean visible, boolean encrypted, boolean writable, long capacity) {}

    /** One request. */
    public record Request(String command, ReplayQuery query, String head, boolean encrypted) {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(command);
            query.values()
                    .forEach((name, value) ->
                            text.append(' ').append(name).append('=').append(value));
            return text.toString();
        }
    }

    /** May answer in place of the device. */
    public interface Intercept {
        /** Returns whether it has; the connection is then closed. */
        boolean answer(Request request, Socket socket) throws IOException;
    }

    static final String OK = "0";
    static final String MISSING = "80820005";
    static final String EXISTS = "80820018";
    static final String DENIED = "80820024";
    static final String NOT_EMPTY = "80820099";

    /** The code of a device is not known. */
    static final String FULL = "80820098";

    private static final class Entry {
        final boolean isDirectory;
        final byte @Nullable [] bytes;
        final long size;
        final long ctime;

        Entry(boolean isDirectory, byte @Nullable [] bytes, long size, long ctime) {
            this.isDirectory = isDirectory;
            this.bytes = bytes;
            this.size = size;
            this.ctime = ctime;
        }

        byte at(long position) {
            return bytes == null ? byteAt(position) : bytes[(int) position];
        }
    }

    private final Map<String, Export> exports = new TreeMap<>();
    private final Map<String, Entry> tree = new TreeMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger working = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final ServerSocket server;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "test-device");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Framing framing = Framing.CHUNKED;
    private volatile InstantSource time = InstantSource.system();
    private volatile Duration clock = Duration.ZERO;
    private volatile Duration latency = Duration.ZERO;
    private volatile long ctimeStep = 1;
    private volatile boolean keepsTimeOfCopies;
    private volatile boolean answers204;
    private volatile String rootPrefix = "/";
    private volatile @Nullable Intercept intercept;
    private volatile byte @Nullable [] description;
    private final AtomicInteger askedForDescription = new AtomicInteger();
    private final AtomicReference<String> dropped = new AtomicReference<>("");

    /** The exports of standard software 4.3, empty, on any port. */
    public TestDevice() {
        this(0);
    }

    /** As above, on a port that is free. */
    TestDevice(int port) {
        try {
            server = new ServerSocket(port, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        export("Photo", new Export(true, false, true, 1L << 30));
        export("SnapshotDir", new Export(false, false, true, 1L << 20));
        export("Video", new Export(false, true, false, 40L << 30));
        threads.execute(this::accept);
    }

    public void export(String name, Export export) {
        synchronized (tree) {
            exports.put(name, export);
            tree.put("/" + name, new Entry(true, null, 0, 0));
        }
    }

    public void unexport(String name) {
        synchronized (tree) {
            exports.remove(name);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    public void framing(Framing how) {
        framing = how;
    }

    /** What its clock is ahead of. */
    void time(InstantSource source) {
        time = source;
    }

    /** How far the clock of the device is ahead. */
    public void clock(Duration ahead) {
        clock = ahead;
    }

    /** How long it thinks about each command. */
    public void latency(Duration thinks) {
        latency = thinks;
    }

    /** Times of files are rounded down to so many milliseconds. */
    public void ctimeStep(long millis) {
        ctimeStep = millis;
    }

    public void keepsTimeOfCopies(boolean keeps) {
        keepsTimeOfCopies = keeps;
    }

    /** What has no data is answered by 204. */
    public void answers204(boolean does) {
        answers204 = does;
    }

    /** What stands before the names of exports in the listing of the root. */
    public void rootPrefix(String prefix) {
        rootPrefix = prefix;
    }

    /** What it says of itself: software as devices write it, 520411140, and its serial number. Before that it says nothing. */
    public void describes(String version, String serial) {
        description = new DeviceDescription(
                        DeviceDescription.TYPE, "Den", "", "ReplayTV 4000", "4080", serial, "uuid:1", version)
                .xml();
    }

    /** How often it was asked what it is. */
    public int askedForDescription() {
        return askedForDescription.get();
    }

    /** The next command of this name is done, and not answered. */
    public void dropAnswer(String command) {
        dropped.set(command);
    }

    public void intercept(@Nullable Intercept with) {
        intercept = with;
    }

    /** Puts a file there, made at a time. */
    public void file(String path, byte[] bytes, Instant created) {
        synchronized (tree) {
            tree.put(path, new Entry(false, bytes.clone(), bytes.length, created.toEpochMilli()));
        }
    }

    /** A file too long to be there: its bytes are made up by {@link #byteAt}. */
    public void longFile(String path, long size, Instant created) {
        synchronized (tree) {
            tree.put(path, new Entry(false, null, size, created.toEpochMilli()));
        }
    }

    public void directory(String path) {
        synchronized (tree) {
            tree.put(path, new Entry(true, null, 0, 0));
        }
    }

    public static byte byteAt(long position) {
        return (byte) (position ^ position >>> 8 ^ position >>> 24 ^ position >>> 32);
    }

    /** All paths below a folder. */
    public List<String> paths(String folder) {
        synchronized (tree) {
            return tree.keySet().stream()
                    .filter(path -> path.startsWith(folder + "/"))
                    .toList();
        }
    }

    public byte @Nullable [] content(String path) {
        synchronized (tree) {
            Entry entry = tree.get(path);
            return entry == null ? null : entry.bytes;
        }
    }

    /** What was asked so far. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** As text: {@code rm name=/Photo/a}. */
    public List<String> commands() {
        return requests.stream().map(Request::toString).toList();
    }

    /** The names of the commands that change something. */
    public List<String> changes() {
        return commands().stream()
                .filter(line -> !line.matches("(ls|fstat|volinfo|readfile) .*"))
                .toList();
    }

    public void forgetRequests() {
        requests.clear();
    }

    /** How many connections are open. */
    public int open() {
        return open.size();
    }

    /** How many were open at once without the whole answer, at most. */
    public int most() {
        return most.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                most.accumulateAndGet(working.incrementAndGet(), Math::max);
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed: the test is over.
            return;
        } finally {
            gone.complete(null);
        }
    }

    private void serve(Socket socket) {
        boolean counted = true;
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            String head = head(in);
            if (head.startsWith("GET " + DeviceDescription.TARGET + " ")) {
                askedForDescription.incrementAndGet();
                // Before the client can have all of it, and come again.
                working.decrementAndGet();
                counted = false;
                describe(socket.getOutputStream());
            } else if (!head.isEmpty()) {
                Request request = request(head);
                requests.add(request);
                LockSupport.parkNanos(latency.toNanos());
                Intercept before = intercept;
                if (before == null || !before.answer(request, socket)) {
                    OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
                    answer(request, in, out);
                    working.decrementAndGet();
                    counted = false;
                    out.flush();
                }
            }
        } catch (IOException e) {
            // The client has gone, or the test is over.
            return;
        } finally {
            open.remove(socket);
            if (counted) {
                working.decrementAndGet();
            }
        }
    }

    private void describe(OutputStream out) throws IOException {
        byte[] known = description;
        out.write(("HTTP/1.1 " + (known == null ? "404 Not Found" : "200 OK") + "\r\n\r\n").getBytes(ISO_8859_1));
        out.write(known == null ? new byte[0] : known);
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.write(next);
            if (next == '\n' && head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                return head.toString(ISO_8859_1);
            }
        }
        return "";
    }

    private static Request request(String head) {
        String line = head.substring(0, head.indexOf("\r\n"));
        String target = line.substring(line.indexOf(' ') + 1, line.lastIndexOf(" HTTP/"));
        int question = target.indexOf('?');
        String command = target.substring("/httpfs-".length(), question);
        String query = target.substring(question + 1);
        boolean encrypted = query.startsWith("__Q_=");
        byte[] plain = encrypted ? EncryptedQuery.open(query.substring(5)).query() : query.getBytes(ISO_8859_1);
        return new Request(command, ReplayQuery.parse(plain), head, encrypted);
    }

    private void answer(Request request, InputStream in, OutputStream out) throws IOException {
        byte[] body = new byte[0];
        if (request.head().startsWith("POST")) {
            String length = request.head().replaceAll("(?s).*\r\nContent-Length: (\\d+)\r\n.*", "$1");
            body = in.readNBytes(Integer.parseInt(length));
            if (body.length < Integer.parseInt(length)) {
                write(request, body);
                return;
            }
        }
        TestReply reply;
        synchronized (tree) {
            reply = refusal(request);
            if (reply == null) {
                reply = run(request, body);
            }
        }
        String drop = dropped.get();
        if (!request.command().equals(drop) || !dropped.compareAndSet(drop, "")) {
            send(request, reply, out);
        }
    }

    private @Nullable TestReply refusal(Request request) {
        if (request.encrypted()) {
            String hex = request.head().replaceAll("(?s).*__Q_=([0-9a-f]+) .*", "$1");
            if (!EncryptedQuery.open(hex).isFresh(now())) {
                return TestReply.of(DENIED);
            }
        }
        for (Map.Entry<String, String> value : request.query().values().entrySet()) {
            Export export = exports.get(exportOf(value.getValue()));
            if (export != null && export.encrypted() && !request.encrypted()) {
                return TestReply.of(DENIED);
            }
            boolean changes = switch (request.command()) {
                case "create", "mkdir", "rm", "mv", "writefile" -> true;
                case "cp" -> value.getKey().equals("dest");
                default -> false;
            };
            if (export != null && changes && !export.writable()) {
                return TestReply.of(DENIED);
            }
        }
        return null;
    }

    private static String exportOf(String path) {
        return path.startsWith("/") ? path.substring(1).split("/", 2)[0] : "";
    }

    private Instant now() {
        return time.instant().plus(clock);
    }

    private long ctime() {
        return now().toEpochMilli() / ctimeStep * ctimeStep;
    }

    private TestReply run(Request request, byte[] body) {
        ReplayQuery query = request.query();
        String name = String.valueOf(query.value("name"));
        Entry entry = tree.get(name);
        return switch (request.command()) {
            case "ls" -> TestReply.of(OK, entry != null && entry.isDirectory ? children(name) : roots(request));
            case "fstat" -> entry == null ? TestReply.of(MISSING) : TestReply.of(OK, facts(entry));
            case "volinfo" -> volume(name);
            case "readfile" -> read(entry, query);
            case "writefile" -> TestReply.of(write(request, body));
            case "create" -> TestReply.of(make(name, new Entry(false, new byte[0], 0, ctime())));
            case "mkdir" -> TestReply.of(make(name, new Entry(true, null, 0, 0)));
            case "rm" -> TestReply.of(remove(name));
            case "mv" -> TestReply.of(move(String.valueOf(query.value("old")), String.valueOf(query.value("new"))));
            case "cp" -> TestReply.of(copy(String.valueOf(query.value("src")), String.valueOf(query.value("dest"))));
            default -> throw new IllegalStateException("a device crashes of less: " + request);
        };
    }

    private String children(String name) {
        StringBuilder lines = new StringBuilder();
        List<String> children = new ArrayList<>();
        for (String path : tree.keySet()) {
            if (path.startsWith(name + "/") && path.indexOf('/', name.length() + 1) < 0) {
                children.add(path.substring(name.length() + 1));
            }
        }
        // In no order: what came last in the tree comes first.
        Collections.reverse(children);
        children.forEach(child -> lines.append(child).append('\n'));
        return lines.toString();
    }

    private String roots(Request request) {
        boolean sees = request.head().contains("\r\nUser-Agent: Replay-HTTPFS/1\r\n");
        StringBuilder lines = new StringBuilder();
        exports.forEach((name, export) -> {
            // Whether the invisible ones are listed is not known: here they only answer.
            if (export.visible() && sees) {
                lines.append(rootPrefix).append(name).append('\n');
            }
        });
        return lines.toString();
    }

    private static String facts(Entry entry) {
        return entry.isDirectory
                ? "type=d\nsize=-1\nctime=0\nperm=rw\n"
                : "type=f\nsize=" + entry.size + "\nctime=" + entry.ctime + "\nperm=rw\n";
    }

    private TestReply volume(String name) {
        Export export = exports.get(exportOf(name));
        if (export == null) {
            return TestReply.of("8082000a");
        }
        return TestReply.of(OK, "cap=" + export.capacity() + "\ninuse=" + used(exportOf(name)) + "\n");
    }

    private long used(String export) {
        return tree.entrySet().stream()
                .filter(each -> each.getKey().startsWith("/" + export + "/"))
                .mapToLong(each -> each.getValue().size)
                .sum();
    }

    private static TestReply read(@Nullable Entry entry, ReplayQuery query) {
        if (entry == null || entry.isDirectory) {
            return TestReply.of(MISSING);
        }
        long from = Math.min(entry.size, query.number("pos").orElse(0));
        long length = Math.min(entry.size - from, query.number("size").orElse(Long.MAX_VALUE));
        return new TestReply(OK, length, index -> entry.at(from + index));
    }

    private String write(Request request, byte[] body) {
        synchronized (tree) {
            String name = String.valueOf(request.query().value("name"));
            Entry entry = tree.get(name);
            if (entry == null || entry.bytes == null) {
                return MISSING;
            }
            int from = (int) request.query().number("pos").orElse(0);
            Export export = exports.get(exportOf(name));
            if (export != null && used(exportOf(name)) + body.length > export.capacity()) {
                return FULL;
            }
            byte[] bytes = Arrays.copyOf(entry.bytes, Math.max(entry.bytes.length, from + body.length));
            System.arraycopy(body, 0, bytes, from, body.length);
            tree.put(name, new Entry(false, bytes, bytes.length, entry.ctime));
            return OK;
        }
    }

    private boolean hasParent(String name) {
        Entry parent = tree.get(name.substring(0, Math.max(0, name.lastIndexOf('/'))));
        return parent != null && parent.isDirectory;
    }

    private String make(String name, Entry entry) {
        if (!hasParent(name)) {
            return MISSING;
        }
        return tree.putIfAbsent(name, entry) == null ? OK : EXISTS;
    }

    private String remove(String name) {
        if (!tree.containsKey(name)) {
            return MISSING;
        }
        if (!paths(name).isEmpty()) {
            return NOT_EMPTY;
        }
        tree.remove(name);
        return OK;
    }

    private String move(String from, String to) {
        Entry entry = tree.get(from);
        if (entry == null || !hasParent(to)) {
            return MISSING;
        }
        if (tree.containsKey(to) || to.startsWith(from + "/") || !exportOf(from).equals(exportOf(to))) {
            return EXISTS;
        }
        List<String> below = paths(from);
        tree.put(to, entry);
        tree.remove(from);
        for (String path : below) {
            Entry moved = tree.remove(path);
            if (moved != null) {
                tree.put(to + path.substring(from.length()), moved);
            }
        }
        return OK;
    }

    private String copy(String from, String to) {
        Entry entry = tree.get(from);
        if (entry == null || entry.isDirectory || !hasParent(to)) {
            return MISSING;
        }
        long time = keepsTimeOfCopies ? entry.ctime : ctime();
        return tree.putIfAbsent(to, new Entry(false, entry.bytes, entry.size, time)) == null ? OK : EXISTS;
    }

    private void send(Request request, TestReply reply, OutputStream out) throws IOException {
        boolean changes = !Set.of("ls", "fstat", "volinfo", "readfile").contains(request.command());
        if (changes && answers204 && reply.status().equals(OK)) {
            out.write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(ISO_8859_1));
        } else {
            reply.send(framing, request.head().contains(" HTTP/1.0\r\n"), out);
        }
    }

    /** From then on nobody takes a connection. */
    @Override
    public void close() {
        try {
            server.close();
            gone.join();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
