package dev.packhorse.store.memory;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.NodeType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a path leads: the directory that holds it, with all directories above, and its name there.
 *
 * @param chain the directories from the root down to the one that holds the path; empty for the root itself
 * @param name the last segment; empty for the root
 */
record Place(List<Entry> chain, String name, Entry root) {

    /** As Linux ({@code MAXSYMLINKS}). */
    private static final int MAX_LINKS = 40;

    /**
     * Follows the symlinks in the middle of a path; an absolute target starts at the root of the store.
     *
     * @throws FsException {@code NOT_FOUND}, also for a loop; {@code NOT_A_DIRECTORY}; {@code PERMISSION_DENIED} for a
     *     target that climbs above the root
     */
    static Place resolve(Entry root, FsPath path, String operation) throws FsException {
        FsPath parent = path.parent();
        if (parent == null) {
            return new Place(List.of(), "", root);
        }
        List<Entry> chain = new ArrayList<>();
        chain.add(root);
        Deque<String> ahead = new ArrayDeque<>(parent.segments());
        int links = 0;
        while (!ahead.isEmpty()) {
            String segment = ahead.pop();
            if (segment.isEmpty() || segment.equals(".")) {
                continue;
            }
            if (segment.equals("..")) {
                if (chain.size() == 1) {
                    throw new FsException(Kind.PERMISSION_DENIED, operation, path);
                }
                chain.remove(chain.size() - 1);
                continue;
            }
            Entry next = chain.get(chain.size() - 1).children().get(segment);
            if (next == null) {
                throw new FsException(Kind.NOT_FOUND, operation, path);
            }
            if (next.isDirectory()) {
                chain.add(next);
            } else if (next.type() == NodeType.FILE) {
                throw new FsException(Kind.NOT_A_DIRECTORY, operation, path);
            } else {
                if (++links > MAX_LINKS) {
                    throw new FsException(Kind.NOT_FOUND, operation, path);
                }
                String target = new String(next.state().content().chunks().get(0), StandardCharsets.UTF_8);
                if (target.startsWith("/")) {
                    chain.subList(1, chain.size()).clear();
                }
                List<String> segments = Arrays.asList(target.split("/", -1));
                for (int i = segments.size() - 1; i >= 0; i--) {
                    ahead.push(segments.get(i));
                }
            }
        }
        return new Place(chain, path.name(), root);
    }

    boolean isRoot() {
        return chain.isEmpty();
    }

    /** The directory that holds the path; the root holds itself. */
    Entry parent() {
        return isRoot() ? root : chain.get(chain.size() - 1);
    }

    @Nullable
    Entry entry() {
        return isRoot() ? root : parent().children().get(name);
    }

    boolean isBelow(Entry directory) {
        for (Entry above : chain) {
            if (above == directory) {
                return true;
            }
        }
        return false;
    }

    boolean isSameAs(Place other) {
        return parent() == other.parent() && name.equals(other.name);
    }
}
