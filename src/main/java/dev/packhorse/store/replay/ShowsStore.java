package dev.packhorse.store.replay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.BytesContent;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.replay.Shows.Entry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A device with its recordings under their titles as well: {@code /Shows/<title>/<episode or date>.mpg}, and beside each the
 * description, {@code .txt}.
 *
 * <p>The names are made by {@link Shows}, the bytes are those of {@code /Video}, and so are size and ETag; the time is when the
 * show was on the air. What is in the guide and has no file in {@code /Video} is left out. Everything below {@code /Shows} is
 * read-only ({@code PERMISSION_DENIED}), except that {@link #remove} of a recording deletes the show where the options say so.
 * All other paths are the device's.
 */
public final class ShowsStore extends ForwardingStore {

    /** The directory that is added to the root. */
    private static final FsPath SHOWS = path(FsPath.ROOT, "Shows");

    private static final FsPath VIDEO = path(FsPath.ROOT, "Video");
    private static final Mode FILE = new Mode(0444);
    private static final Mode DIRECTORY = new Mode(0555);

    private final ShowsOptions options;
    private final Guide guide;
    private final KnownShows known;
    /** Ids of the shows that are being deleted: each is deleted once, however many ask for it. */
    private final Set<Long> deleting = ConcurrentHashMap.newKeySet();

    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * Adds the titles to a device.
     *
     * @param device opened at its root; closed with this
     */
    public ShowsStore(ReplayStore device, ShowsOptions options) {
        this(device, new Guide(device.plain(), serial(device, options)), options);
    }

    ShowsStore(Store device, Guide guide, ShowsOptions options) {
        super(device);
        this.options = options;
        this.guide = guide;
        this.known = new KnownShows(guide, options.fresh(), options.zone());
    }

    private static Guide.Serial serial(ReplayStore device, ShowsOptions options) {
        String given = options.serial();
        return given == null ? device::serial : () -> given;
    }

    private static FsPath path(FsPath parent, String name) {
        try {
            return parent.child(name);
        } catch (FsException e) {
            throw new IllegalStateException("a name that is none", e);
        }
    }

    private static boolean isShows(FsPath path) {
        return path.equals(SHOWS) || path.isBelow(SHOWS);
    }

    /** The guide may be as old as it is believed. */
    @Override
    public Capabilities capabilities() {
        Capabilities device = delegate().capabilities();
        Duration fresh = options.fresh();
        return device.staleness().compareTo(fresh) < 0 ? device.with(fresh) : device;
    }

    // What is there

    @Override
    public Node stat(FsPath path) throws FsException {
        if (!isShows(path)) {
            return delegate().stat(path);
        }
        requireOpen("stat", path);
        Node node = switch (depth(path)) {
            case 0 -> directory(path, known.newest());
            case 1 -> title(path, entries(path, "stat"), "stat");
            case 2 -> file(path, entry(path, "stat"), "stat");
            default -> null;
        };
        if (node == null) {
            throw new FsException(Kind.NOT_FOUND, "stat", path);
        }
        return node;
    }

    private void requireOpen(String operation, FsPath path) throws FsException {
        if (closed.getCount() == 0) {
            throw new FsException(Kind.UNAVAILABLE, operation, path);
        }
    }

    /** How far below {@code /Shows}. */
    private static int depth(FsPath path) {
        return path.from(SHOWS).segments().size();
    }

    private static Node directory(FsPath path, Instant modified) {
        return new Node(path, NodeType.DIRECTORY, DIRECTORY, 0, modified, Owner.ROOT, null, null, null);
    }

    /** What the guide has in {@code /Shows/title} and below; {@code null} without any. */
    private @Nullable SortedMap<String, Entry> entries(FsPath path, String operation) throws FsException {
        return shows(path, operation).of(path.from(SHOWS).segments().get(0));
    }

    /** What the guide says of {@code /Shows/title/name}; {@code null} if it does not know it. */
    private @Nullable Entry entry(FsPath path, String operation) throws FsException {
        SortedMap<String, Entry> entries = entries(path, operation);
        return entries == null ? null : entries.get(path.name());
    }

    private Shows shows(FsPath path, String operation) throws FsException {
        requireOpen(operation, path);
        try {
            return known.shows();
        } catch (IOException e) {
            throw ReplayErrors.of(e, operation, path);
        }
    }

    /** The directory of a title, {@code null} if none of its shows has a file. */
    private @Nullable Node title(FsPath path, @Nullable SortedMap<String, Entry> entries, String operation)
            throws FsException {
        if (entries != null) {
            for (Entry entry : entries.values()) {
                if (!entry.isText() && recording(path, entry, operation) != null) {
                    return directory(path, Shows.newest(entries));
                }
            }
        }
        return null;
    }

    /** A show's file in {@code /Video}; {@code null} if there is none. */
    private @Nullable Node recording(FsPath path, Entry entry, String operation) throws FsException {
        try {
            Node node = delegate().stat(video(entry));
            return node.isFile() ? node : null;
        } catch (FsException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return null;
            }
            throw new FsException(e.kind(), operation, path, e);
        }
    }

    private static FsPath video(Entry entry) {
        return path(VIDEO, entry.show().fileName());
    }

    private @Nullable Node file(FsPath path, @Nullable Entry entry, String operation) throws FsException {
        Node recording = entry == null ? null : recording(path, entry, operation);
        return entry == null || recording == null ? null : file(path, entry, recording);
    }

    private Node file(FsPath path, Entry entry, Node recording) {
        return entry.isText()
                ? text(path, ShowText.of(entry.show(), options.zone()), entry)
                : view(path, entry, recording);
    }

    private static Node text(FsPath path, byte[] text, Entry entry) {
        Instant modified = entry.show().airTime();
        return new Node(path, NodeType.FILE, FILE, text.length, modified, Owner.ROOT, null, "text/plain", null);
    }

    private static Node view(FsPath path, Entry entry, Node recording) {
        Instant modified = entry.show().airTime();
        return new Node(
                path,
                NodeType.FILE,
                FILE,
                recording.size(),
                modified,
                recording.owner(),
                recording.etag(),
                recording.mediaType(),
                null);
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        if (directory.isRoot()) {
            return new MergedListing(delegate().list(directory), SHOWS, new ShowsListing(List.of(SHOWS), this::stat));
        }
        if (!isShows(directory)) {
            return delegate().list(directory);
        }
        if (directory.equals(SHOWS)) {
            Shows shows = shows(directory, "list");
            return ShowsListing.of(directory, shows.titles(), child -> title(child, shows.of(child.name()), "list"));
        }
        if (!stat(directory).isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, "list", directory);
        }
        SortedMap<String, Entry> entries = entries(directory, "list");
        if (entries == null) {
            throw new FsException(Kind.NOT_FOUND, "list", directory);
        }
        return ShowsListing.of(directory, entries.keySet(), child -> file(child, entries.get(child.name()), "list"));
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        if (directory.isRoot()) {
            Listing device = delegate().walk(directory);
            try {
                return new MergedListing(device, SHOWS, ShowsListing.under(stat(SHOWS), Trees.walk(this, SHOWS)));
            } catch (FsException e) {
                device.close();
                throw e;
            }
        }
        return isShows(directory) ? Trees.walk(this, directory) : delegate().walk(directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        if (!isShows(path)) {
            return delegate().read(path);
        }
        if (stat(path).isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
        }
        Entry entry = entry(path, "read");
        if (entry == null) {
            throw new FsException(Kind.NOT_FOUND, "read", path);
        }
        if (entry.isText()) {
            byte[] text = ShowText.of(entry.show(), options.zone());
            return new BytesContent(text(path, text, entry), text);
        }
        try {
            return new View(delegate().read(video(entry)), path, entry);
        } catch (FsException e) {
            throw new FsException(e.kind(), "read", path, e);
        }
    }

    /** A recording under another name. */
    private static final class View implements Content {
        private final Content recording;
        private final Node node;

        View(Content recording, FsPath path, Entry entry) {
            this.recording = recording;
            this.node = view(path, entry, recording.node());
        }

        @Override
        public Node node() {
            return node;
        }

        @Override
        public Body body(ByteRange range) {
            return recording.body(range);
        }

        @Override
        public void close() throws FsException {
            recording.close();
        }
    }

    // What is changed

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        refuse(Capability.WRITE, "write", path);
        return delegate().write(path, body, options);
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        refuse(Capability.WRITE, "makeDirectory", path);
        return delegate().makeDirectory(path, options);
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        refuse(Capability.SYMLINKS, "link", path);
        return delegate().link(path, target, options);
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        refuse(Capability.WRITE, "change", path);
        return delegate().change(path, change, preconditions);
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        refuse(Capability.WRITE, "copy", target);
        return isShows(source)
                ? Trees.transfer(this, source, this, target, options, /* move= */ false)
                : delegate().copy(source, target, options);
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        refuse(Capability.WRITE, "move", source);
        refuse(Capability.WRITE, "move", target);
        return delegate().move(source, target, options);
    }

    private void refuse(Capability capability, String operation, FsPath path) throws FsException {
        if (isShows(path)) {
            capabilities().require(capability, operation, path);
            throw new FsException(Kind.PERMISSION_DENIED, operation, path);
        }
    }

    /**
     * As the contract says; below {@code /Shows} it deletes the show of a recording, if the options allow it, and returns when
     * the guide does not know it any more.
     *
     * @throws FsException {@code BUSY} if the show is being watched or recorded, or deleted by somebody else; {@code TIMEOUT} if the
     *     device says that it was deleted and it goes on being in the guide
     */
    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        if (!isShows(path)) {
            delegate().remove(path, preconditions);
            return;
        }
        if (!options.delete() || depth(path) != 2) {
            refuse(Capability.WRITE, "remove", path);
        }
        capabilities().require(Capability.WRITE, "remove", path);
        Entry entry = entry(path, "remove");
        Node node = file(path, entry, "remove");
        if (entry == null || node == null) {
            throw new FsException(Kind.NOT_FOUND, "remove", path);
        }
        if (entry.isText()) {
            refuse(Capability.WRITE, "remove", path);
        }
        preconditions.check(node, "remove", path);
        delete(path, entry.show());
    }

    private void delete(FsPath path, Show show) throws FsException {
        if (!deleting.add(show.showId())) {
            throw new FsException(Kind.BUSY, "remove", path);
        }
        try {
            if (guide.isShowInUse(show)) {
                throw new FsException(Kind.BUSY, "remove", path);
            }
            try {
                guide.deleteShow(show);
            } finally {
                known.forget();
            }
            awaitGone(path, show);
        } catch (IOException e) {
            throw ReplayErrors.of(e, "remove", path);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Kind.TIMEOUT, "remove", path, e);
        } finally {
            deleting.remove(show.showId());
        }
    }

    /** It is deleted by now, so a device that cannot be asked in between is asked again. */
    private void awaitGone(FsPath path, Show show) throws FsException, InterruptedException {
        long until = System.nanoTime() + options.patience().toNanos();
        IOException last = null;
        do {
            try {
                if (known.refreshed().shows().stream()
                        .noneMatch(each -> each.showId() == show.showId() && each.isUsable())) {
                    return;
                }
            } catch (IOException e) {
                last = e;
            }
            if (closed.await(options.poll().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new FsException(Kind.UNAVAILABLE, "remove", path, last);
            }
        } while (System.nanoTime() - until < 0);
        throw new FsException(Kind.TIMEOUT, "remove", path, last);
    }

    @Override
    public Space space() throws FsException {
        return delegate().space();
    }

    @Override
    public void close() throws FsException {
        closed.countDown();
        delegate().close();
    }
}
