package dev.packhorse.store.replay;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Space;
import dev.packhorse.wire.replay.ReplayQuery;
import dev.packhorse.wire.replay.ReplayStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the device exports: what it lists, and of the invisible ones that are configured those that have a volume. Asked for when first
 * needed, and again when that was long ago.
 *
 * <p>Devices answer the list of exports to {@code ls} of anything that is no directory (HTTPFS.txt, "ls"), {@code /} included.
 */
final class Exports {

    /** They change with a reboot of the device at most. */
    private static final Duration VALID = Duration.ofMinutes(5);

    /** Most names and bytes of a listing that are taken into memory. */
    private static final int MAX_NAMES = 250_000;

    private static final int MAX_BYTES = 16 << 20;

    private final Wire wire;
    private final ReplayOptions options;
    private final FsPath root;
    private final Object learning = new Object();
    private volatile @Nullable Known known;
    /** When the device last listed something. */
    private volatile long answered;

    /**
     * Exports by name, and whether they may be changed.
     *
     * @param listed what the device itself answers to {@code ls} of no directory, without slashes
     */
    private record Known(Map<String, Boolean> writable, Set<String> listed, long nanos) {}

    /**
     * Nothing known.
     *
     * @param root of the store: its export is there if it answers
     */
    Exports(Wire wire, ReplayOptions options, FsPath root) {
        this.wire = wire;
        this.options = options;
        this.root = root;
    }

    /** The names, and whether what is in them may be changed. */
    Map<String, Boolean> writable() throws IOException {
        return known().writable();
    }

    /** Whether a path of the device is in an export that may be changed. */
    boolean isWritable(FsPath at) throws IOException {
        return !at.isRoot() && writable().getOrDefault(export(at), false);
    }

    /**
     * Asks the device what it lists, unless it has said so within a time: of the root everything else is known without it, also when it
     * is away.
     */
    void requireAnswer(Duration age) throws IOException {
        if (known == null) {
            known();
        } else if (System.nanoTime() - answered >= age.toNanos()) {
            listed();
        }
    }

    /** The first name of a path that is not the root. */
    static String export(FsPath at) {
        String path = at.toString();
        int slash = path.indexOf('/', 1);
        return path.substring(1, slash < 0 ? path.length() : slash);
    }

    /** Whether a listing looks as if there had been nothing to list. */
    boolean isListOfExports(List<String> raw) throws IOException {
        return !raw.isEmpty() && new TreeSet<>(plain(raw)).equals(known().listed());
    }

    private Known known() throws IOException {
        Known found = known;
        if (found != null && System.nanoTime() - found.nanos() < VALID.toNanos()) {
            return found;
        }
        synchronized (learning) {
            found = known;
            if (found == null || System.nanoTime() - found.nanos() >= VALID.toNanos()) {
                found = learn();
                known = found;
            }
            return found;
        }
    }

    private Set<String> listed() throws IOException {
        Set<String> listed = new TreeSet<>();
        try {
            listed.addAll(plain(names(wire, FsPath.ROOT)));
        } catch (StatusException e) {
            if (e.status() == null || e.is(ReplayStatus.NO_PERMISSION)) {
                throw e;
            }
        }
        answered = System.nanoTime();
        return listed;
    }

    private Known learn() throws IOException {
        Set<String> listed = listed();
        Set<String> invisible = new TreeSet<>(options.invisible());
        if (!root.isRoot()) {
            invisible.add(export(root));
        }
        Set<String> all = new TreeSet<>();
        for (String name : listed) {
            if (FsPath.isName(name) && Names.isSayable(name)) {
                all.add(name);
            }
        }
        for (String name : invisible) {
            if (!all.contains(name) && hasVolume(name)) {
                all.add(name);
            }
        }
        Map<String, Boolean> writable = new TreeMap<>(FsPath.BYTEWISE);
        for (String name : all) {
            writable.put(name, options.writable().contains(name) && maybeWritable(name));
        }
        return new Known(writable, listed, System.nanoTime());
    }

    private static List<String> plain(List<String> raw) {
        List<String> names = new ArrayList<>();
        for (String line : raw) {
            String name = line.startsWith("/") ? line.substring(1) : line;
            names.add(name.endsWith("/") ? name.substring(0, name.length() - 1) : name);
        }
        return names;
    }

    private boolean hasVolume(String name) throws IOException {
        try {
            volume(wire, FsPath.ROOT.child(name));
            return true;
        } catch (StatusException e) {
            if (e.is(ReplayStatus.NO_PERMISSION)) {
                throw e;
            }
            return false;
        }
    }

    /** What the device thinks of the directory itself; one that cannot be asked for is taken as configured. */
    private boolean maybeWritable(String name) throws IOException {
        ReplayQuery query = ReplayQuery.of("name", "/" + name);
        try (Answer answer = wire.ask(Command.FSTAT, query)) {
            return Stat.read(answer).maybeWritable();
        } catch (StatusException e) {
            return true;
        }
    }

    /** The room of an export. */
    static Space volume(Wire wire, FsPath export) throws IOException {
        long total = -1;
        long used = -1;
        try (Answer answer = wire.ask(Command.VOLINFO, ReplayQuery.of("name", export.toString()))) {
            int lines = 0;
            for (String line = answer.line(); line != null; line = answer.line()) {
                if (++lines > 64) {
                    throw new IOException("the answer to volinfo does not end");
                }
                if (line.startsWith("cap=")) {
                    total = Stat.number(line.substring("cap=".length()).trim());
                } else if (line.startsWith("inuse=")) {
                    used = Stat.number(line.substring("inuse=".length()).trim());
                }
            }
        }
        if (total < 0 || used < 0) {
            throw new IOException("the answer to volinfo does not say what room there is");
        }
        return new Space(total, Math.max(0, total - used));
    }

    /**
     * What {@code ls} says, in the order of the device, without what is not UTF-8.
     *
     * @throws IOException if it is not whole, or has more than {@value #MAX_NAMES} names or {@value #MAX_BYTES} bytes
     */
    static List<String> names(Wire wire, FsPath directory) throws IOException {
        List<String> names = new ArrayList<>();
        long bytes = 0;
        try (Answer answer = wire.ask(Command.LS, ReplayQuery.of("name", directory.toString()))) {
            for (String line = answer.line(); line != null; line = answer.line()) {
                bytes += line.length() + 1;
                if (names.size() == MAX_NAMES || bytes > MAX_BYTES) {
                    throw new IOException("the listing does not end, or has too many names");
                }
                String name = Wire.text(line);
                if (name != null && !name.isEmpty()) {
                    names.add(name);
                }
            }
        }
        return names;
    }
}
