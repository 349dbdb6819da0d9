package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes into a file and comes out of it. */
abstract class ContentContract extends ContractFixture {

    @Test
    void theRootIsAnEmptyDirectory() throws FsException {
        Node root = store.stat(FsPath.ROOT);
        assertThat(root.type()).isEqualTo(NodeType.DIRECTORY);
        assertThat(root.path()).isEqualTo(FsPath.ROOT);
        assertThat(root.size()).isZero();
        assertThat(names(FsPath.ROOT)).isEmpty();
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        writable();
        Node node = write("/a", "hello");
        assertThat(node.size()).isEqualTo(5);
        assertThat(node.isFile()).isTrue();
        assertThat(text("/a")).isEqualTo("hello");
        assertThat(store.stat(path("/a"))).isEqualTo(node);
    }

    @Test
    void anEmptyFileIsAFile() throws IOException {
        writable();
        assertThat(write("/empty", "").size()).isZero();
        assertThat(text("/empty")).isEmpty();
    }

    @Test
    void aBodyOfUnknownLengthIsWrittenWhole() throws IOException {
        writable();
        byte[] bytes = random(300_000);
        store.write(path("/a"), body(bytes, Body.UNKNOWN), WriteOptions.DEFAULT);
        assertThat(bytes("/a")).isEqualTo(bytes);
    }

    @Test
    void rangesAreReadAsOftenAsWanted() throws IOException {
        writable();
        byte[] bytes = random(200_000);
        store.write(path("/a"), Body.of(bytes), WriteOptions.DEFAULT);
        try (Content content = store.read(path("/a"))) {
            for (ByteRange range : List.of(
                    new ByteRange(0, 1),
                    new ByteRange(65_535, 2),
                    new ByteRange(199_999, 1),
                    new ByteRange(200_000, 0),
                    new ByteRange(70_000, 120_000))) {
                Body body = content.body(range);
                assertThat(body.length()).isEqualTo(range.length());
                assertThat(bytes(body)).isEqualTo(Arrays.copyOfRange(bytes, (int) range.offset(), (int) range.end()));
            }
        }
    }

    @Test
    void anOpenContentOutlivesItsReplacementAndItsRemoval() throws IOException {
        writable();
        write("/a", "old");
        write("/b", "old");
        try (Content a = store.read(path("/a"));
                Content b = store.read(path("/b"))) {
            write("/a", "newer");
            store.remove(path("/b"), Preconditions.NONE);
            assertThat(new String(bytes(a.body()), StandardCharsets.UTF_8)).isEqualTo("old");
            assertThat(new String(bytes(b.body()), StandardCharsets.UTF_8)).isEqualTo("old");
        }
    }

    @Test
    void aShortBodyChangesNothing() throws IOException {
        writable();
        write("/a", "old");
        assertFails(FsException.Kind.IO, () -> store.write(path("/a"), body(random(10), 11), WriteOptions.DEFAULT));
        assertThat(text("/a")).isEqualTo("old");
        assertThat(names(FsPath.ROOT)).containsExactly("a");
    }

    @Test
    void aLongBodyChangesNothing() throws IOException {
        writable();
        assertFails(FsException.Kind.IO, () -> store.write(path("/a"), body(random(12), 11), WriteOptions.DEFAULT));
        assertThat(names(FsPath.ROOT)).isEmpty();
    }

    @Test
    void aBodyThatBreaksChangesNothing() throws IOException {
        writable();
        Node old = write("/a", "old");
        for (FsException.Kind kind : List.of(FsException.Kind.TOO_LARGE, FsException.Kind.TIMEOUT)) {
            assertFails(kind, () -> store.write(path("/a"), broken(kind), WriteOptions.DEFAULT));
        }
        assertThat(store.stat(path("/a"))).isEqualTo(old);
        assertThat(text("/a")).isEqualTo("old");
    }
}
