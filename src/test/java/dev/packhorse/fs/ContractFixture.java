package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store under test that nothing stays open of, and the short ways to use it. */
abstract class ContractFixture {

    @SuppressWarnings("NullAway.Init")
    RecordingStore store;

    /** A store with an empty root; closed by this class. Called once for each test. */
    protected abstract Store create() throws Exception;

    /** Tells whether the back end can hold a name at all; its own test then shows that it refuses it. */
    protected boolean holds(String name) {
        return true;
    }

    /** Tells whether the back end can keep these permissions; they are left out if not. */
    protected boolean keeps(Mode mode) {
        return true;
    }

    /** Tells whether the same content written again gets another ETag. One of the content alone is strong as well. */
    protected boolean tellsEqualContentsApart() {
        return true;
    }

    /** Tells whether a store that declares {@link Capability#SPACE} has more to tell than 0. */
    protected boolean knowsRoom() {
        return true;
    }

    /** How often is repeated what fails now and then only; less where the way to the store is long, and at least 10. */
    protected int repetitions() {
        return 200;
    }

    /** The store under test, wrapped. */
    protected final RecordingStore store() {
        return store;
    }

    @BeforeEach
    final void openTheStore() throws Exception {
        store = new RecordingStore(create());
    }

    @AfterEach
    final void nothingIsLeftOpen() throws FsException {
        store.close();
        assertThat(store.open()).as("open contents, listings and streams").isZero();
    }

    protected final void writable() {
        has(Capability.WRITE);
    }

    protected final void has(Capability capability) {
        assumeTrue(store.capabilities().has(capability), () -> "no " + capability);
    }

    protected static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    protected final Node write(String path, String text) throws FsException {
        return write(path, text, AttributeChange.NONE);
    }

    protected final Node write(String path, String text, AttributeChange attributes) throws FsException {
        return store.write(path(path), Body.of(text.getBytes(StandardCharsets.UTF_8)), WriteOptions.of(attributes));
    }

    protected final Node directory(String path) throws FsException {
        return store.makeDirectory(path(path), WriteOptions.DEFAULT);
    }

    protected final Node link(String path, String target) throws FsException {
        return store.link(path(path), target, WriteOptions.DEFAULT);
    }

    protected static AttributeChange mode(int permissions) {
        return new AttributeChange(new Mode(permissions), null, null, null);
    }

    protected static AttributeChange modified(Instant time) {
        return new AttributeChange(null, time, null, null);
    }

    protected final String text(String path) throws IOException {
        return new String(bytes(path), StandardCharsets.UTF_8);
    }

    protected final byte[] bytes(String path) throws IOException {
        try (Content content = store.read(path(path))) {
            return bytes(content.body());
        }
    }

    protected static byte[] bytes(Body body) throws IOException {
        try (InputStream in = body.open()) {
            return in.readAllBytes();
        }
    }

    protected final List<String> names(FsPath directory) throws FsException {
        try (Listing listing = store.list(directory)) {
            List<String> names = new ArrayList<>();
            for (Node node = listing.next(); node != null; node = listing.next()) {
                names.add(node.path().name());
            }
            return names;
        }
    }

    protected final List<String> walked(FsPath directory) throws FsException {
        try (Listing listing = store.walk(directory)) {
            List<String> paths = new ArrayList<>();
            for (Node node = listing.next(); node != null; node = listing.next()) {
                paths.add(node.path().toString());
            }
            return paths;
        }
    }

    protected static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** A body that says how long it is, truly or not. */
    protected static Body body(byte[] bytes, long declared) {
        Body body = Body.of(bytes);
        return new Body() {
            @Override
            public long length() {
                return declared;
            }

            @Override
            public InputStream open() throws IOException {
                return body.open();
            }
        };
    }

    /** A body that gives 100,000 bytes and fails. */
    protected static Body broken(FsException.Kind kind) {
        return new Body() {
            @Override
            public long length() {
                return 200_000;
            }

            @Override
            public InputStream open() {
                return new InputStream() {
                    private int given;

                    @Override
                    public int read() throws IOException {
                        byte[] one = new byte[1];
                        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        if (given >= 100_000) {
                            throw new FsException(kind, "body", FsPath.ROOT);
                        }
                        int count = Math.min(length, 100_000 - given);
                        given += count;
                        return count;
                    }
                };
            }
        };
    }

    protected static void assertFails(FsException.Kind kind, ThrowingCallable call) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure of kind %s", kind).isNotNull();
        assertThat(failure.kind()).as(String.valueOf(failure)).isEqualTo(kind);
    }

    final void assertTime(Node node, Instant time) {
        assertThat(node.modified()).isBetween(time.minus(store.capabilities().timePrecision()), time);
    }
}
