package dev.packhorse.front.jsonfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListingBodyTest {

    private static final Instant TIME = Instant.EPOCH;

    @TempDir
    Path folder;

    private boolean closed;

    private Listing entries(int count, int length) {
        return new Listing() {
            private int next;

            @Override
            public @Nullable Node next() throws FsException {
                if (next == count) {
                    return null;
                }
                String name = String.format("%0" + length + "d", next++);
                NodeType type = next % 3 == 0 ? NodeType.DIRECTORY : NodeType.FILE;
                return new Node(
                        FsPath.ROOT.child(name), type, Mode.FILE_DEFAULT, 0, TIME, Owner.ROOT, null, null, null);
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }

    private static String expected(int count, int length) {
        StringBuilder array = new StringBuilder("[");
        for (int i = 0; i < count; i++) {
            array.append(i == 0 ? "\"" : ",\"").append(String.format("%0" + length + "d", i));
            array.append((i + 1) % 3 == 0 ? "/\"" : "\"");
        }
        array.append(']');
        return "{\"dirs\":" + array + ",\"dir\":" + array + "}";
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 300, 540, 541, 542, 545, 546, 547, 560, 1080, 1090, 3000, 20_000})
    void bothArraysAreTheSameWhateverTheirLength(int count) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (ListingBody listing = ListingBody.open(entries(count, 113), folder)) {
            HttpBody body = listing.body();
            if (body instanceof HttpBody.Bytes bytes) {
                byte[] copy = new byte[(int) bytes.length()];
                bytes.buffer().duplicate().get(copy);
                all.writeBytes(copy);
            } else {
                for (ByteBuffer piece = listing.next(); piece != null; piece = listing.next()) {
                    assertThat(piece.remaining()).isBetween(1, 64 * 1024);
                    byte[] copy = new byte[piece.remaining()];
                    piece.get(copy);
                    all.writeBytes(copy);
                }
            }
        }
        assertThat(all.toString(UTF_8)).isEqualTo(expected(count, 113));
        assertThat(closed).isTrue();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aListingThatIsGivenUpLeavesNothing() throws IOException {
        try (ListingBody listing = ListingBody.open(entries(20_000, 100), folder)) {
            for (int i = 0; i < 20; i++) {
                assertThat(listing.next()).isNotNull();
            }
        }
        assertThat(closed).isTrue();
        assertThat(folder).isEmptyDirectory();
    }
}
