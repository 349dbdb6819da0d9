package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Directories, what is listed in them, and symlinks. */
abstract class TreeContract extends ConditionContract {

    @Test
    void namesAreListedInBytewiseOrder() throws IOException {
        writable();
        List<String> names = new ArrayList<>(List.of(
                " ", "#", "%41", "-", "A", "\\", "a", "a b", "a-b", "a.d", "b", "~", "é", "日本", "\uE000", "\uFF5E",
                "😀"));
        names.removeIf(name -> !holds(name));
        List<String> shuffled = new ArrayList<>(names);
        Collections.shuffle(shuffled, new Random(7));
        for (String name : shuffled) {
            write("/" + name, name);
        }
        assertThat(names(FsPath.ROOT)).containsExactlyElementsOf(names);
        for (String name : names) {
            assertThat(text("/" + name)).isEqualTo(name);
        }
    }

    @Test
    void aListingShowsWhatStatShows() throws IOException {
        writable();
        write("/a", "x");
        directory("/d");
        if (store.capabilities().has(Capability.SYMLINKS)) {
            link("/l", "a");
        }
        try (Listing listing = store.list(FsPath.ROOT)) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                assertThat(node).isEqualTo(store.stat(node.path()));
            }
        }
    }

    @Test
    void aWalkShowsEverythingInOrderOfFullPaths() throws IOException {
        writable();
        directory("/a");
        directory("/a.d");
        write("/a/c", "");
        write("/a-b", "");
        write("/a.d/x", "");
        assertThat(walked(FsPath.ROOT)).containsExactly("/a", "/a-b", "/a.d", "/a.d/x", "/a/c");
        assertThat(walked(path("/a"))).containsExactly("/a/c");
    }

    @Test
    void aListingMayBeClosedBeforeItsEnd() throws IOException {
        writable();
        for (int i = 0; i < repetitions() / 2; i++) {
            write("/" + i, "");
        }
        try (Listing listing = store.list(FsPath.ROOT);
                Listing walk = store.walk(FsPath.ROOT)) {
            assertThat(listing.next()).isNotNull();
            assertThat(walk.next()).isNotNull();
        }
    }

    @Test
    void whatIsMissingIsNotFound() throws IOException {
        writable();
        for (String missing : List.of("/x", "/x/y")) {
            FsPath path = path(missing);
            assertFails(FsException.Kind.NOT_FOUND, () -> store.stat(path));
            assertFails(FsException.Kind.NOT_FOUND, () -> store.read(path).close());
            assertFails(FsException.Kind.NOT_FOUND, () -> store.list(path).close());
            assertFails(FsException.Kind.NOT_FOUND, () -> store.walk(path).close());
            assertFails(FsException.Kind.NOT_FOUND, () -> store.remove(path, Preconditions.NONE));
            assertFails(FsException.Kind.NOT_FOUND, () -> store.change(path, AttributeChange.NONE, Preconditions.NONE));
            assertFails(FsException.Kind.NOT_FOUND, () -> store.copy(path, path("/z"), TransferOptions.OVERWRITE));
            assertFails(FsException.Kind.NOT_FOUND, () -> store.move(path, path("/z"), TransferOptions.OVERWRITE));
        }
        write("/a", "x");
        assertFails(FsException.Kind.NOT_FOUND, () -> write("/x/y", ""));
        assertFails(FsException.Kind.NOT_FOUND, () -> directory("/x/y"));
        assertFails(FsException.Kind.NOT_FOUND, () -> store.copy(path("/a"), path("/x/y"), TransferOptions.OVERWRITE));
        assertFails(FsException.Kind.NOT_FOUND, () -> store.move(path("/a"), path("/x/y"), TransferOptions.OVERWRITE));
    }

    @Test
    void aFileIsNoDirectory() throws IOException {
        writable();
        write("/a", "x");
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> store.stat(path("/a/b")),
                () -> store.list(path("/a")).close(),
                () -> store.walk(path("/a")).close(),
                () -> write("/a/b", ""),
                () -> directory("/a"),
                () -> directory("/a/b"))) {
            assertFails(FsException.Kind.NOT_A_DIRECTORY, call);
        }
    }

    @Test
    void aDirectoryIsNoFile() throws IOException {
        writable();
        directory("/d");
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> store.read(path("/d")).close(),
                () -> store.read(FsPath.ROOT).close(),
                () -> write("/d", ""),
                () -> store.write(FsPath.ROOT, Body.of(random(1)), WriteOptions.DEFAULT))) {
            assertFails(FsException.Kind.IS_A_DIRECTORY, call);
        }
    }

    @Test
    void makingADirectoryTwiceKeepsItsChildren() throws IOException {
        writable();
        directory("/d");
        write("/d/a", "x");
        directory("/d");
        assertThat(store.makeDirectory(FsPath.ROOT, WriteOptions.DEFAULT).isDirectory())
                .isTrue();
        assertThat(names(path("/d"))).containsExactly("a");
    }

    @Test
    void aDirectoryIsRemovedWithAllBelow() throws IOException {
        writable();
        directory("/d");
        directory("/d/e");
        write("/d/e/f", "x");
        write("/d/g", "x");
        store.remove(path("/d"), Preconditions.NONE);
        assertThat(names(FsPath.ROOT)).isEmpty();
        assertFails(FsException.Kind.PERMISSION_DENIED, () -> store.remove(FsPath.ROOT, Preconditions.NONE));
    }

    @Test
    void aSymlinkIsKeptVerbatim() throws IOException {
        has(Capability.SYMLINKS);
        for (String target :
                List.of("a", "/a/b", "../../x", "x//y/", "//a", "a\n", "dangling é 😀", ".", "/", "a/./b")) {
            Node node = link("/l", target);
            assertThat(node.type()).isEqualTo(NodeType.SYMLINK);
            assertThat(node.size()).isEqualTo(target.getBytes(StandardCharsets.UTF_8).length);
            assertThat(text("/l")).isEqualTo(target);
            assertThat(store.stat(path("/l"))).isEqualTo(node);
        }
        assertThat(names(FsPath.ROOT)).containsExactly("l");
        assertFails(FsException.Kind.INVALID_NAME, () -> link("/l", ""));
        assertFails(FsException.Kind.INVALID_NAME, () -> link("/l", "a\0b"));
        assertFails(FsException.Kind.INVALID_NAME, () -> link("/l", "x".repeat(4096)));
    }

    @Test
    void aFinalSymlinkIsNeverFollowed() throws IOException {
        has(Capability.SYMLINKS);
        directory("/d");
        write("/d/a", "x");
        link("/l", "d");
        assertFails(
                FsException.Kind.NOT_A_DIRECTORY, () -> store.list(path("/l")).close());
        assertFails(FsException.Kind.NOT_A_DIRECTORY, () -> directory("/l"));
        link("/m", "d/a");
        assertThat(write("/m", "a file now").isFile()).isTrue();
        assertThat(text("/d/a")).isEqualTo("x");
        link("/n", "d");
        store.remove(path("/n"), Preconditions.NONE);
        assertThat(text("/d/a")).isEqualTo("x");
        assertFails(FsException.Kind.IS_A_DIRECTORY, () -> link("/d", "x"));
    }

    @Test
    void aSymlinkInTheMiddleIsFollowedInsideTheStore() throws IOException {
        has(Capability.SYMLINKS);
        directory("/d");
        directory("/d/e");
        write("/d/e/a", "x");
        link("/l", "d/./e");
        link("/d/up", "../l/");
        assertThat(text("/l/a")).isEqualTo("x");
        assertThat(text("/d/up/a")).isEqualTo("x");
        assertThat(store.stat(path("/d/up/a")).path()).isEqualTo(path("/d/up/a"));
        write("/l/b", "y");
        assertThat(text("/d/e/b")).isEqualTo("y");
        link("/out", "d/../..");
        assertFails(FsException.Kind.PERMISSION_DENIED, () -> store.stat(path("/out/x")));
        assertFails(FsException.Kind.PERMISSION_DENIED, () -> write("/out/x", ""));
        link("/loop", "loop2");
        link("/loop2", "loop");
        assertFails(FsException.Kind.NOT_FOUND, () -> store.stat(path("/loop/x")));
        link("/gone", "nowhere");
        assertFails(FsException.Kind.NOT_FOUND, () -> store.stat(path("/gone/x")));
    }
}
