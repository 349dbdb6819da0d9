package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One node of an archive, and where its bytes are. Does not change once the index is built. */
final class Entry {

    /** Where the bytes of a file are: in an archive they know how to read. */
    sealed interface Place permits ZipPlace, TarPlace {}

    /**
     * In a zip.
     *
     * @param header position of the local header
     * @param packed compressed bytes
     * @param method as in the format, 4.4.5 of APPNOTE.TXT
     * @param flags likewise, 4.4.4
     * @param crc of the uncompressed bytes
     */
    record ZipPlace(long header, long packed, int method, int flags, int crc) implements Place {}

    /**
     * In a tar, or in what was a single compressed file.
     *
     * @param position of the first byte; of the headers, if sparse
     * @param sparse whether the bytes are stored with holes
     */
    record TarPlace(long position, boolean sparse) implements Place {}

    private static final Comparator<Entry> BY_NAME = Comparator.comparing(entry -> entry.path);

    /** The same order for names without surrogates, by a comparison that the JVM does in one go. */
    private static final Comparator<Entry> BY_TEXT = Comparator.comparing(entry -> entry.path.toString());

    private final FsPath path;
    private final NodeType type;
    private final Mode mode;
    private final Owner owner;
    private final Instant modified;
    private final long size;
    private final @Nullable Place place;
    private final @Nullable String target;
    private final List<Entry> children;
    private volatile boolean sorted;

    private Entry(
            FsPath path,
            NodeType type,
            Mode mode,
            Owner owner,
            Instant modified,
            long size,
            @Nullable Place place,
            @Nullable String target) {
        this.path = path;
        this.type = type;
        this.mode = mode;
        this.owner = owner;
        this.modified = modified;
        this.size = size;
        this.place = place;
        this.target = target;
        this.children = type == NodeType.DIRECTORY ? new ArrayList<>(4) : List.of();
    }

    static Entry file(FsPath path, Mode mode, Owner owner, Instant modified, long size, Place place) {
        return new Entry(path, NodeType.FILE, mode, owner, modified, size, place, null);
    }

    static Entry directory(FsPath path, Mode mode, Owner owner, Instant modified) {
        return new Entry(path, NodeType.DIRECTORY, mode, owner, modified, 0, null, null);
    }

    /**
     * A symlink.
     *
     * @param size bytes of the target in UTF-8
     */
    static Entry symlink(FsPath path, Owner owner, Instant modified, String target, long size) {
        return new Entry(path, NodeType.SYMLINK, Mode.SYMLINK_DEFAULT, owner, modified, size, null, target);
    }

    /** The same file under another name: a hard link. */
    Entry at(FsPath other) {
        return new Entry(other, type, mode, owner, modified, size, place, target);
    }

    FsPath path() {
        return path;
    }

    NodeType type() {
        return type;
    }

    boolean isDirectory() {
        return type == NodeType.DIRECTORY;
    }

    long size() {
        return size;
    }

    /** The bytes of a file, {@code null} for all others. */
    @Nullable
    Place place() {
        return place;
    }

    /** What a symlink says, {@code null} for all others. */
    @Nullable
    String target() {
        return target;
    }

    /** Only while the index is built. */
    void add(Entry child) {
        children.add(child);
    }

    /** Only while the index is built. */
    void clear() {
        if (isDirectory()) {
            children.clear();
        }
    }

    /** In bytewise order, sorted when first asked for. */
    List<Entry> children() {
        if (!sorted) {
            synchronized (this) {
                if (!sorted) {
                    children.sort(children.stream().allMatch(Entry::isPlain) ? BY_TEXT : BY_NAME);
                    sorted = true;
                }
            }
        }
        return children;
    }

    private boolean isPlain() {
        String text = path.toString();
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    Node node(FsPath as) {
        return new Node(as, type, mode, size, modified, owner, null, null, null);
    }
}
