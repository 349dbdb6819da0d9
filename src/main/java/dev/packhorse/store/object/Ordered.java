package dev.packhorse.store.object;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a listing or walk in the order of their names, from keys in the order of the service.
 *
 * <p>The service puts {@code a-b} before {@code a/c}, because {@code -} comes before {@code /}; but the directory {@code a}, of which
 * only {@code a/c} tells, belongs before {@code a-b}. So a name is held back while a directory may still come that belongs before
 * it: one whose name is the beginning of that name, up to a character below the slash. That is over with the next key that is
 * past that directory, for {@code 1.json} the next file. Where {@value #HELD} names are held back the service is asked for the
 * directory.
 *
 * <p>What is both an object and a directory is shown as the object. Names that {@link FsPath} refuses are left out, and so are the
 * {@code _$folder$} markers of Hadoop.
 */
public final class Ordered {

    /** As many as a page has. */
    private static final int HELD = 1000;

    private final ObjectBucket bucket;
    private final String prefix;
    private final String operation;
    private final FsPath directory;
    private final Keys keys;
    private final TreeMap<String, Node> held = new TreeMap<>(FsPath.BYTEWISE);

    /** Directories that were asked for while names were held back for them. */
    private final Set<String> settled = new HashSet<>();

    /** The last key read, without the prefix. */
    private String reached = "";

    private String returned = "";
    private boolean ended;
    private boolean empty = true;

    /**
     * Asks for nothing yet.
     *
     * @param prefix the key of the directory's marker
     * @param directory the path that the nodes are below
     */
    public Ordered(ObjectBucket bucket, String prefix, boolean deep, String operation, FsPath directory) {
        this.bucket = bucket;
        this.prefix = prefix;
        this.operation = operation;
        this.directory = directory;
        this.keys = new Keys(bucket, prefix, deep, operation, directory);
    }

    /** Tells whether there was no key at all, so that there is no such directory; known with the first page. */
    public boolean isNothing() throws FsException {
        if (reached.isEmpty() && !ended) {
            read();
        }
        return empty;
    }

    /** The next node, or {@code null} behind the last. */
    public @Nullable Node next() throws FsException {
        while (true) {
            Map.Entry<String, Node> first = held.firstEntry();
            String awaited = first == null || ended ? null : awaited(first.getKey());
            if (first != null && awaited == null) {
                held.pollFirstEntry();
                returned = first.getKey();
                return first.getValue();
            }
            if (first == null && ended) {
                return null;
            }
            if (awaited != null && held.size() >= HELD) {
                settle(awaited);
            } else {
                read();
            }
        }
    }

    /** The directory that may still come and belongs before a name; {@code null} for none. */
    private @Nullable String awaited(String name) {
        for (int i = 1; i < name.length(); i++) {
            if (name.charAt(i) < '/' && name.charAt(i - 1) != '/') {
                String candidate = name.substring(0, i);
                boolean passed = !reached.startsWith(candidate) || reached.charAt(i) >= '/';
                if (passed) {
                    // Longer ones come before shorter ones.
                    return null;
                }
                if (!settled.contains(candidate)) {
                    return candidate;
                }
            }
        }
        return null;
    }

    private void settle(String name) throws FsException {
        settled.removeIf(passed -> !reached.startsWith(passed));
        settled.add(name);
        FsPath path = path(name);
        if (path != null) {
            String marker = prefix + name + "/";
            List<Stored> first =
                    bucket.list(marker, null, true, 1, operation, directory).objects();
            if (!first.isEmpty()) {
                boolean marked = first.get(0).key().equals(marker);
                hold(name, Found.directory(path, marked ? first.get(0) : null).node());
            }
        }
    }

    private void read() throws FsException {
        Keys.Entry entry = keys.next();
        if (entry == null) {
            ended = true;
            return;
        }
        empty = false;
        String name = entry.key().substring(prefix.length());
        if (name.isEmpty()) {
            // The directory's own marker.
            return;
        }
        reached = name;
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
            String above = name.substring(0, slash);
            // What is before a name that was returned has been returned.
            if (FsPath.BYTEWISE.compare(above, returned) > 0 && !held.containsKey(above)) {
                FsPath path = path(above);
                if (path == null) {
                    return;
                }
                boolean marker = slash == name.length() - 1;
                hold(
                        above,
                        Found.directory(path, marker ? entry.object() : null).node());
            }
        }
        Stored object = entry.object();
        FsPath path = object == null || name.endsWith("/") || Names.isReserved(name) ? null : path(name);
        if (object != null && path != null) {
            held.put(name, Found.object(path, object).node());
        }
    }

    private void hold(String name, Node node) {
        held.putIfAbsent(name, node);
    }

    /** The path of a name, {@code null} for one that is refused. */
    private @Nullable FsPath path(String name) {
        try {
            FsPath path = directory;
            int start = 0;
            for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', start)) {
                path = path.child(name.substring(start, slash));
                start = slash + 1;
            }
            return path.child(name.substring(start));
        } catch (FsException e) {
            return null;
        }
    }
}
