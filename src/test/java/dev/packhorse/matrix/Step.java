package dev.packhorse.matrix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One story of a file, step by step: what clients do, and how to see that it was done. */
enum Step {
    READ(null) {
        @Override
        void tell(Store store) throws IOException {
            assertThat(text(store, "/dir/inner.txt", null)).isEqualTo("inner");
            assertThat(text(store, "/held.txt", null)).isEqualTo("held");
        }
    },
    LIST(null) {
        @Override
        void tell(Store store) throws IOException {
            assertThat(names(store, "/")).containsExactly("dir", "held.txt");
            assertThat(names(store, "/dir")).containsExactly("inner.txt");
        }
    },
    RANGE(null) {
        @Override
        void tell(Store store) throws IOException {
            assertThat(text(store, "/held.txt", new ByteRange(1, 2))).isEqualTo("el");
        }
    },
    REPLACE(Capability.WRITE) {
        @Override
        void tell(Store store) throws IOException {
            write(store, "/held.txt", "held again");
            assertThat(text(store, "/held.txt", null)).isEqualTo("held again");
        }
    },
    DIRECTORY(Capability.WRITE) {
        @Override
        void tell(Store store) throws IOException {
            store.makeDirectory(path("/new"), WriteOptions.DEFAULT);
            write(store, "/new/a", "a");
            assertThat(names(store, "/new")).containsExactly("a");
        }
    },
    RENAME(Capability.WRITE) {
        @Override
        void tell(Store store) throws IOException {
            store.move(path("/held.txt"), path("/dir/renamed.txt"), TransferOptions.CREATE_NEW);
            assertThat(names(store, "/dir")).containsExactly("inner.txt", "renamed.txt");
            assertMissing(store, "/held.txt");
            store.move(path("/dir/renamed.txt"), path("/held.txt"), TransferOptions.CREATE_NEW);
        }
    },
    COPY(Capability.WRITE) {
        @Override
        void tell(Store store) throws IOException {
            store.copy(path("/dir"), path("/copied"), TransferOptions.CREATE_NEW);
            assertThat(text(store, "/copied/inner.txt", null)).isEqualTo("inner");
            assertThat(text(store, "/dir/inner.txt", null)).isEqualTo("inner");
        }
    },
    MODE(Capability.MODE) {
        @Override
        void tell(Store store) throws IOException {
            change(store, new AttributeChange(new Mode(0640), null, null, null));
            assertThat(store.stat(path("/held.txt")).mode().permissions()).isEqualTo(0640);
        }
    },
    MODIFIED(Capability.MODIFIED) {
        @Override
        void tell(Store store) throws IOException {
            Instant then = Instant.parse("2001-02-03T04:05:06Z");
            change(store, new AttributeChange(null, then, null, null));
            assertThat(store.stat(path("/held.txt")).modified()).isEqualTo(then);
        }
    },
    SYMLINK(Capability.SYMLINKS) {
        @Override
        void tell(Store store) throws IOException {
            store.link(path("/link"), "dir/inner.txt", WriteOptions.DEFAULT);
            assertThat(store.stat(path("/link")).isSymlink()).isTrue();
            assertThat(text(store, "/link", null)).isEqualTo("dir/inner.txt");
        }
    },
    REMOVE(Capability.WRITE) {
        @Override
        void tell(Store store) throws IOException {
            store.remove(path("/held.txt"), Preconditions.NONE);
            assertMissing(store, "/held.txt");
            store.remove(path("/dir"), Preconditions.NONE);
            assertThat(names(store, "/")).doesNotContain("dir");
        }
    };

    /** Those that change nothing. */
    static final Set<Step> READS = Collections.unmodifiableSet(EnumSet.of(READ, LIST, RANGE));

    /** What a store must have for it. */
    final @Nullable Capability needed;

    Step(@Nullable Capability needed) {
        this.needed = needed;
    }

    abstract void tell(Store store) throws IOException;

    /**
     * Does it, on a store that holds what {@link Backends#HELD} says and what the steps before have left.
     *
     * @return whether the store takes it; if not, it says {@code UNSUPPORTED}, or as a device does {@code PERMISSION_DENIED}
     */
    boolean isTaken(Store store) throws IOException {
        try {
            tell(store);
            return true;
        } catch (FsException e) {
            if (e.kind() == Kind.UNSUPPORTED || e.kind() == Kind.PERMISSION_DENIED) {
                return false;
            }
            throw e;
        }
    }

    static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    static void write(Store store, String path, String text) throws IOException {
        store.write(path(path), Body.of(text.getBytes(UTF_8)), WriteOptions.DEFAULT);
    }

    private static void change(Store store, AttributeChange attributes) throws IOException {
        store.change(path("/held.txt"), attributes, Preconditions.NONE);
    }

    static String text(Store store, String path, @Nullable ByteRange range) throws IOException {
        try (Content content = store.read(path(path));
                InputStream in = (range == null ? content.body() : content.body(range)).open()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    static List<String> names(Store store, String directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (Listing listing = store.list(path(directory))) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                names.add(node.path().name());
            }
        }
        return names;
    }

    private static void assertMissing(Store store, String path) {
        assertThatThrownBy(() -> store.stat(path(path)))
                .isInstanceOfSatisfying(
                        FsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
    }
}
