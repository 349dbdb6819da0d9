package dev.packhorse.change.webhook;

import dev.packhorse.change.Change;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes into one request, in an order that a receiver may apply item by item: a path is where it was written last; what was
 * deleted is deleted before anything is written there or below again, and takes away what the batch held there.
 */
final class Batch implements Closeable {

    /** Items; an array of very many tiny files would keep a receiver busy for long. */
    static final int MAX_ITEMS = 1_000;

    /** A path is in it twice at most: deleted, and then written. */
    private record Key(FsPath path, boolean gone) {}

    /** What a file has; {@code kept} is closed with the batch. */
    private record Contents(
            Payload payload, long size, @Nullable Content kept) {}

    private static final Contents NOTHING = new Contents(Payload.NONE, 0, null);

    private final Map<Key, Contents> items = new LinkedHashMap<>();
    private final List<Content> replaced = new ArrayList<>();
    private long size;

    /** Writes a file of which all bytes are here. */
    void write(FsPath path, byte[] bytes) {
        put(path, new Contents(bytes(bytes), bytes.length, null));
    }

    /** Writes a file that is read when it is sent. The content belongs to the batch from now on. */
    void write(FsPath path, Content content) {
        long length = content.node().size();
        put(
                path,
                new Contents(
                        new Payload() {
                            @Override
                            public long length() {
                                return length;
                            }

                            @Override
                            public InputStream open() throws IOException {
                                return content.body().open();
                            }
                        },
                        length,
                        content));
    }

    private static Payload bytes(byte[] bytes) {
        return new Payload() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }

    private void put(FsPath path, Contents contents) {
        Key key = new Key(path, false);
        Contents old = items.remove(key);
        if (old != null) {
            letGo(old);
        }
        items.put(key, contents);
        size += contents.size();
    }

    private void letGo(Contents old) {
        size -= old.size();
        if (old.kept() != null) {
            replaced.add(old.kept());
        }
    }

    /** Deletes a path with all below it. */
    void delete(FsPath path) {
        items.entrySet().removeIf(item -> {
            FsPath each = item.getKey().path();
            boolean covered = each.equals(path) || each.isBelow(path);
            if (covered) {
                letGo(item.getValue());
            }
            return covered;
        });
        items.put(new Key(path, true), NOTHING);
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    int count() {
        return items.size();
    }

    /** Bytes of all contents. */
    long size() {
        return size;
    }

    /** The same for the same items of the same changes. */
    String eventId(List<Change> changes) {
        EventId id = new EventId(changes);
        items.keySet().forEach(item -> id.with(item.path(), item.gone()));
        return id.text();
    }

    /**
     * The JSON array. Contents are looked through now, to know which are text and how long all is.
     *
     * @throws IOException if they cannot be read
     */
    Payload json() throws IOException {
        List<Payload> pieces = new ArrayList<>();
        String separator = "[";
        for (Map.Entry<Key, Contents> item : items.entrySet()) {
            Key key = item.getKey();
            pieces.add(ascii(separator + "{\"method\":\"" + (key.gone() ? "DELETE" : "POST") + "\",\"path\":"));
            pieces.add(bytes(Json.string(key.path().toString().substring(1))));
            if (!key.gone()) {
                Payload raw = item.getValue().payload();
                boolean text = isText(raw);
                pieces.add(ascii(",\"content\":\""));
                pieces.add(text ? text(raw) : base64(raw));
                pieces.add(ascii(text ? "\"" : "\",\"encoding\":\"base64\""));
            }
            pieces.add(ascii("}"));
            separator = ",";
        }
        pieces.add(ascii(items.isEmpty() ? "[]" : "]"));
        return new Pieces(pieces);
    }

    private static boolean isText(Payload raw) throws IOException {
        try (InputStream in = raw.open()) {
            return Json.isUtf8(in);
        }
    }

    private static Payload text(Payload raw) throws IOException {
        long length;
        try (InputStream in = Json.text(raw.open())) {
            length = in.transferTo(OutputStream.nullOutputStream());
        }
        return new Payload() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public InputStream open() throws IOException {
                return Json.text(raw.open());
            }
        };
    }

    private static Payload base64(Payload raw) {
        return new Payload() {
            @Override
            public long length() throws IOException {
                return (raw.length() + 2) / 3 * 4;
            }

            @Override
            public InputStream open() throws IOException {
                return Json.base64(raw.open());
            }
        };
    }

    private static Payload ascii(String text) {
        return bytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Lets go of contents that were to be read later. */
    @Override
    public void close() throws FsException {
        FsException failure = null;
        items.values().forEach(this::letGo);
        for (Content each : replaced) {
            try {
                each.close();
            } catch (FsException e) {
                failure = e;
            }
        }
        replaced.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
