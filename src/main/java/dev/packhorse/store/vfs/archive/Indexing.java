package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Owner;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gathers the entries of an archive, and decides which of them are served. */
final class Indexing {

    /** As the contract has it for targets of symlinks. */
    static final int MAX_TARGET = 4095;

    private final Map<FsPath, Entry> entries = new HashMap<>();
    /** What stands before the last slash of a name, parsed once for all siblings; empty if it is refused. */
    private final Map<String, Optional<FsPath>> parents = new HashMap<>();

    private final int maxEntries;
    private final Instant modified;
    private int skipped;
    private boolean replaced;
    private String lastPrefix = "";
    private @Nullable FsPath lastParsed = FsPath.ROOT;
    private @Nullable Entry lastAbove;

    /**
     * An empty index.
     *
     * @param modified the time of directories that have no entry of their own
     */
    Indexing(int maxEntries, Instant modified) {
        this.maxEntries = maxEntries;
        this.modified = modified;
        entries.put(FsPath.ROOT, implied(FsPath.ROOT));
    }

    Index finish() {
        if (replaced) {
            entries.values().forEach(Entry::clear);
            for (Entry entry : entries.values()) {
                FsPath parent = entry.path().parent();
                Entry above = parent == null ? null : entries.get(parent);
                if (above != null) {
                    above.add(entry);
                }
            }
        }
        return new Index(entries, skipped);
    }

    /** The path that a name in the archive means, {@code null} if it is not served, which is then counted. */
    @Nullable
    FsPath path(String name) throws FsException {
        FsPath path = parse(name);
        if (path == null) {
            skip();
        }
        return path;
    }

    /** Counts an entry that is not served. */
    void skip() {
        skipped++;
    }

    private @Nullable FsPath parse(String name) throws FsException {
        int end = name.length();
        while (end > 0 && name.charAt(end - 1) == '/') {
            end--;
        }
        boolean drive = end >= 2 && name.charAt(1) == ':' && Character.isLetter(name.charAt(0));
        if (name.startsWith("/") || drive || end > FsPath.MAX_BYTES || name.indexOf('\\') >= 0) {
            return null;
        }
        if (end == 0) {
            return FsPath.ROOT;
        }
        int slash = name.lastIndexOf('/', end - 1);
        FsPath parent = slash < 0 ? FsPath.ROOT : parent(name, slash);
        String last = name.substring(slash + 1, end);
        if (last.equals(".")) {
            return parent;
        }
        if (parent == null || !FsPath.isName(last)) {
            return null;
        }
        try {
            return parent.child(last);
        } catch (FsException e) {
            return null;
        }
    }

    private @Nullable FsPath parent(String name, int slash) throws FsException {
        // Siblings stand beside each other nearly always.
        if (slash == lastPrefix.length() && name.startsWith(lastPrefix)) {
            return lastParsed;
        }
        String prefix = name.substring(0, slash);
        Optional<FsPath> known = parents.get(prefix);
        if (known == null) {
            known = Optional.ofNullable(parse(prefix));
            parents.put(prefix, known);
            check(parents.size());
        }
        lastPrefix = prefix;
        lastParsed = known.orElse(null);
        return lastParsed;
    }

    private void check(int count) throws FsException {
        if (count > maxEntries) {
            throw new FsException(Kind.TOO_LARGE, "index", FsPath.ROOT);
        }
    }

    /** Adds an entry in place of an earlier one, unless one of them is a directory and the other is not. */
    void put(Entry entry) throws FsException {
        FsPath path = entry.path();
        FsPath parent = path.parent();
        Entry above = parent == null ? null : directory(parent);
        Entry old = entries.get(path);
        boolean fits = old == null || old.isDirectory() == entry.isDirectory();
        if (!fits || (parent != null && above == null)) {
            skip();
            return;
        }
        entries.put(path, entry);
        if (old != null) {
            replaced = true;
            lastAbove = null;
        } else if (above != null) {
            above.add(entry);
        }
        check(entries.size());
    }

    /** The directory at a path, made if nothing is there; {@code null} if something else is. */
    private @Nullable Entry directory(FsPath path) throws FsException {
        Entry last = lastAbove;
        if (last != null && last.path().equals(path)) {
            return last;
        }
        Entry there = entries.get(path);
        if (there == null) {
            there = implied(path);
            put(there);
            if (entries.get(path) != there) {
                // Something above is no directory; the entry that is asked for counts as left out, not this one.
                skipped--;
                return null;
            }
        }
        lastAbove = there.isDirectory() ? there : null;
        return lastAbove;
    }

    private Entry implied(FsPath path) {
        return Entry.directory(path, Mode.DIRECTORY_DEFAULT, Owner.ROOT, modified);
    }

    /** Adds a symlink, if it stays inside the archive. */
    void symlink(FsPath path, Owner owner, Instant time, String target) throws FsException {
        int size = target.getBytes(StandardCharsets.UTF_8).length;
        if (size == 0 || size > MAX_TARGET || target.indexOf('\0') >= 0 || leaves(path, target)) {
            skip();
            return;
        }
        put(Entry.symlink(path, owner, time, target, size));
    }

    private static boolean leaves(FsPath path, String target) {
        if (target.startsWith("/") || target.indexOf('\\') >= 0) {
            return true;
        }
        int depth = path.segments().size() - 1;
        for (String segment : target.split("/", -1)) {
            if (segment.equals("..")) {
                depth--;
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                depth++;
            }
            if (depth < 0) {
                return true;
            }
        }
        return false;
    }

    /** Adds a second name of a file that came before. */
    void hardLink(FsPath path, String target) throws FsException {
        FsPath of = parse(target);
        Entry file = of == null ? null : entries.get(of);
        if (file == null || file.isDirectory()) {
            skip();
            return;
        }
        put(file.at(path));
    }
}
