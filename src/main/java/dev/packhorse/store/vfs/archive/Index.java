package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.NodeType;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All entries of an archive by their paths. */
final class Index {

    /** As Linux: so many symlinks are followed on one way. */
    private static final int MAX_LINKS = 40;

    private final Map<FsPath, Entry> entries;
    private final int skipped;

    Index(Map<FsPath, Entry> entries, int skipped) {
        this.entries = entries;
        this.skipped = skipped;
    }

    /** How many entries are not served. */
    int skipped() {
        return skipped;
    }

    int size() {
        return entries.size();
    }

    /** What is exactly there, without following anything. */
    @Nullable
    Entry get(FsPath path) {
        return entries.get(path);
    }

    /**
     * Finds an entry; symlinks on the way are followed inside {@code base}, a last one is not.
     *
     * @param base the directory that is the root of the store
     * @param path as seen from there
     */
    Entry find(FsPath base, FsPath path, String operation) throws FsException {
        Entry direct = entries.get(path.under(base));
        return direct != null ? direct : follow(base, path, operation);
    }

    private Entry follow(FsPath base, FsPath path, String operation) throws FsException {
        Deque<String> ahead = new ArrayDeque<>(path.segments());
        FsPath at = base;
        int links = 0;
        while (!ahead.isEmpty()) {
            String name = ahead.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                FsPath parent = at.parent();
                if (at.equals(base) || parent == null) {
                    throw new FsException(Kind.PERMISSION_DENIED, operation, path);
                }
                at = parent;
                continue;
            }
            Entry entry = FsPath.isName(name) ? entries.get(at.child(name)) : null;
            if (entry == null) {
                throw new FsException(Kind.NOT_FOUND, operation, path);
            }
            String target = entry.target();
            if (target != null && !ahead.isEmpty()) {
                if (++links > MAX_LINKS) {
                    throw new FsException(Kind.NOT_FOUND, operation, path);
                }
                String[] segments = target.split("/", -1);
                Collections.reverse(Arrays.asList(segments));
                for (String segment : segments) {
                    ahead.push(segment);
                }
                continue;
            }
            if (entry.type() == NodeType.FILE && !ahead.isEmpty()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, operation, path);
            }
            at = entry.path();
        }
        Entry found = entries.get(at);
        if (found == null) {
            throw new FsException(Kind.NOT_FOUND, operation, path);
        }
        return found;
    }
}
