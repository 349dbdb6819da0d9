package dev.packhorse.store.local;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.SpoolSpace;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Names in bytewise order, in memory that does not grow with their number.
 *
 * <p>Up to {@value #RUN} names are sorted where they are. More are cut into runs of that many, each sorted and written to a
 * temporary file without a name, and merged while they are read. A run is sorted on another core while the next one is
 * gathered; no more than two are in memory.
 */
final class SortedNames implements Closeable {

    /** About 5 MiB of short names; a million names make 16 runs. */
    static final int RUN = 65_536;

    private static final int BUFFER = 16 * 1024;

    private final List<Reader> readers = new ArrayList<>();
    private final PriorityQueue<Reader> ahead =
            new PriorityQueue<>(Comparator.comparing((Reader reader) -> reader.head, FsPath.BYTEWISE));
    private String[] gathered = new String[64];
    private int count;
    private boolean plain = true;
    private int position;
    private @Nullable FileChannel spill;
    private final SpoolSpace.Room room = SpoolSpace.SHARED.room();
    private CompletableFuture<Void> sorting = CompletableFuture.completedFuture(null);

    void add(String name) throws IOException {
        if (count == RUN) {
            spill();
        }
        if (count == gathered.length) {
            gathered = Arrays.copyOf(gathered, Math.min(RUN, count * 4));
        }
        gathered[count++] = name;
        plain = plain && isPlain(name);
    }

    /** Whether the order of UTF-16, in which the JDK compares many characters at once, is that of UTF-8. */
    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) >= Character.MIN_SURROGATE) {
                return false;
            }
        }
        return true;
    }

    private static void sort(String[] run, int length, boolean plain) {
        if (plain) {
            Arrays.sort(run, 0, length);
        } else {
            Arrays.sort(run, 0, length, FsPath.BYTEWISE);
        }
    }

    /** Ends the gathering; from now on {@link #next}. */
    void sort() throws IOException {
        if (spill == null) {
            sort(gathered, count, plain);
            return;
        }
        spill();
        await();
        for (Reader reader : readers) {
            if (reader.advance()) {
                ahead.add(reader);
            }
        }
    }

    @Nullable
    String next() throws IOException {
        if (spill == null) {
            return position < count ? gathered[position++] : null;
        }
        Reader first = ahead.poll();
        if (first == null) {
            return null;
        }
        String name = first.head;
        if (first.advance()) {
            ahead.add(first);
        }
        return name;
    }

    @Override
    public void close() throws IOException {
        try {
            await();
        } finally {
            gathered = new String[0];
            count = 0;
            ahead.clear();
            if (spill != null) {
                try (room) {
                    spill.close();
                }
            }
        }
    }

    private void spill() throws IOException {
        await();
        if (spill == null) {
            Path file = Files.createTempFile("packhorse-names", null);
            spill = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        }
        FileChannel to = spill;
        String[] run = gathered;
        int length = count;
        boolean plainSoFar = plain;
        gathered = new String[RUN];
        count = 0;
        sorting = CompletableFuture.runAsync(() -> {
            try {
                sort(run, length, plainSoFar);
                long before = to.size();
                readers.add(write(to, run, length));
                room.take(to.size() - before, "list", FsPath.ROOT);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void await() throws IOException {
        try {
            sorting.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof UncheckedIOException io) {
                throw io.getCause();
            }
            throw e;
        }
    }

    private static Reader write(FileChannel to, String[] run, int length) throws IOException {
        long start = to.size();
        to.position(start);
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(to), BUFFER));
        for (int i = 0; i < length; i++) {
            byte[] name = run[i].getBytes(StandardCharsets.UTF_8);
            out.writeShort(name.length);
            out.write(name);
        }
        out.flush();
        return new Reader(new FileSlice(to, new ByteRange(start, /* length= */ to.size() - start)));
    }

    /** One sorted run, read through a buffer of its own from its place in the file. */
    private static final class Reader {
        private final DataInputStream in;
        private String head = "";

        Reader(FileSlice slice) {
            this.in = new DataInputStream(new BufferedInputStream(slice.open(), BUFFER));
        }

        boolean advance() throws IOException {
            int high = in.read();
            if (high < 0) {
                return false;
            }
            byte[] name = new byte[(high << 8) | in.readUnsignedByte()];
            in.readFully(name);
            head = new String(name, StandardCharsets.UTF_8);
            return true;
        }
    }
}
