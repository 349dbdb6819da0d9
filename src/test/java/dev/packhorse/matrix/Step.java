package dev.packhorse.matrix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
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
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** One story of a file, step by step: what clients do, and how to see that it was done. */
enum Step {
    READ(null) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            assertThat(text(store, "/dir/inner.txt", null)).isEqualTo("inner");
            assertThat(text(store, "/held.txt", null)).isEqualTo("held");
        }
    },
    LIST(null) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            assertThat(names(store, "/")).containsExactly("dir", "held.txt");
            assertThat(names(store, "/dir")).containsExactly("inner.txt");
        }
    },
    RANGE(null) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            assertThat(text(store, "/held.txt", new ByteRange(1, 2))).isEqualTo("el");
        }
    },
    REPLACE(Capability.WRITE) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            write(store, "/held.txt", "held again");
            assertThat(text(seen, "/held.txt", null)).isEqualTo("held again");
        }
    },
    DIRECTORY(Capability.WRITE) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            store.makeDirectory(path("/new"), WriteOptions.DEFAULT);
            write(store, "/new/a", "a");
            assertThat(names(seen, "/new")).containsExactly("a");
        }
    },
    RENAME(Capability.WRITE) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            store.move(path("/held.txt"), path("/dir/renamed.txt"), TransferOptions.CREATE_NEW);
            assertThat(names(seen, "/dir")).containsExactly("inner.txt", "renamed.txt");
            assertMissing(seen, "/held.txt");
            store.move(path("/dir/renamed.txt"), path("/held.txt"), TransferOptions.CREATE_NEW);
        }
    },
    COPY(Capability.WRITE) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            store.copy(path("/dir"), path("/copied"), TransferOptions.CREATE_NEW);
            assertThat(text(seen, "/copied/inner.txt", null)).isEqualTo("inner");
            assertThat(text(seen, "/dir/inner.txt", null)).isEqualTo("inner");
        }
    },
    MODE(Capability.MODE) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            change(store, new AttributeChange(new Mode(0640), null, null, null));
            assertThat(held(seen).mode().permissions()).isEqualTo(0640);
        }
    },
    MODIFIED(Capability.MODIFIED) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            Instant then = Instant.parse("2001-02-03T04:05:06Z");
            change(store, new AttributeChange(null, then, null, null));
            assertThat(held(seen).modified()).isEqualTo(then);
        }
    },
    OWNER(Capability.OWNER) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            Owner owner = new Owner(1234, 4_000_000_000L);
            change(store, new AttributeChange(null, null, owner, null));
            assertThat(held(seen).owner()).isEqualTo(owner);
        }
    },
    MEDIA_TYPE(Capability.MEDIA_TYPE) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            change(store, new AttributeChange(null, null, null, "text/x-verse"));
            assertThat(held(seen).mediaType()).isEqualTo("text/x-verse");
        }
    },
    SYMLINK(Capability.SYMLINKS) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            store.link(path("/link"), "dir/inner.txt", WriteOptions.DEFAULT);
            assertThat(seen.stat(path("/link")).isSymlink()).isTrue();
            assertThat(text(seen, "/link", null)).isEqualTo("dir/inner.txt");
        }
    },
    /** {@code If-Match} and {@code If-None-Match}. */
    CONDITION(Capability.ETAGS) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            String etag = held(store).etag();
            if (etag == null) {
                throw new FsException(Kind.UNSUPPORTED, "If-Match", path("/held.txt"));
            }
            Preconditions match = new Preconditions(new EtagMatch(false, List.of(etag)), null, null, null);
            assertFails(Kind.PRECONDITION_FAILED, () -> write(store, "/held.txt", "x", Preconditions.MUST_NOT_EXIST));
            write(store, "/held.txt", "held for the third time", match);
            assertFails(Kind.PRECONDITION_FAILED, () -> write(store, "/held.txt", "x", match));
            assertFails(Kind.PRECONDITION_FAILED, () -> store.remove(path("/held.txt"), match));
            write(store, "/created.txt", "created", Preconditions.MUST_NOT_EXIST);
            assertThat(text(seen, "/held.txt", null)).isEqualTo("held for the third time");
            assertThat(text(seen, "/created.txt", null)).isEqualTo("created");
        }
    },
    /** {@code Change-Timestamp}. */
    ORDER(Capability.CHANGE_TIMESTAMPS) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            write(store, "/held.txt", "held as of 20", new Preconditions(null, null, null, 20L));
            assertFails(Kind.STALE, () -> write(store, "/held.txt", "x", new Preconditions(null, null, null, 19L)));
            assertThat(text(seen, "/held.txt", null)).isEqualTo("held as of 20");
            assertThat(held(seen).changeTimestamp()).isEqualTo(20L);
        }
    },
    REMOVE(Capability.WRITE) {
        @Override
        void tell(Store store, Store seen) throws IOException {
            store.remove(path("/held.txt"), Preconditions.NONE);
            assertMissing(seen, "/held.txt");
            store.remove(path("/dir"), Preconditions.NONE);
            assertThat(names(seen, "/")).doesNotContain("dir");
        }
    };

    /** Those that change nothing. */
    static final Set<Step> READS = Collections.unmodifiableSet(EnumSet.of(READ, LIST, RANGE));

    /** What a store must have for it. */
    final @Nullable Capability needed;

    Step(@Nullable Capability needed) {
        this.needed = needed;
    }

    /**
     * Does it.
     *
     * @param store by which it is done
     * @param seen by which to see that it was
     */
    abstract void tell(Store store, Store seen) throws IOException;

    /**
     * Tells it of a store that holds what {@link Backends#HELD} says and what the steps before have left.
     *
     * @return whether the store takes it; if not, it says {@code UNSUPPORTED}, or as a device does {@code PERMISSION_DENIED}
     */
    boolean isTaken(Store store, Store seen) throws IOException {
        try {
            tell(store, seen);
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
        write(store, path, text, Preconditions.NONE);
    }

    static void write(Store store, String path, String text, Preconditions preconditions) throws IOException {
        store.write(path(path), Body.of(text.getBytes(UTF_8)), WriteOptions.of(preconditions));
    }

    private static Node held(Store store) throws IOException {
        return store.stat(path("/held.txt"));
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
        assertFails(Kind.NOT_FOUND, () -> store.stat(path(path)));
    }

    private static void assertFails(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        FsException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
