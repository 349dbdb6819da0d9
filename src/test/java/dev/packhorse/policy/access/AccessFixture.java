package dev.packhorse.policy.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.ListedPaths;
import dev.packhorse.fs.RecordingStore;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.identity.AddressRange;
import dev.packhorse.identity.Caller;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;

/** An export in memory, of which is known what it was asked, and callers. */
abstract class AccessFixture {

    static final InetAddress HERE = InetAddress.getLoopbackAddress();
    static final InetAddress THERE = AddressRange.address("192.0.2.7");
    static final Set<String> KNOWN = Set.of("joe", "eve", "family", "guests", "editors");

    final Store memory = new MemoryStore(64 << 20);
    final RecordingStore asked = new RecordingStore(memory);

    @AfterEach
    void nothingIsLeftOpen() throws FsException {
        assertThat(asked.open()).isZero();
        memory.close();
    }

    static Caller joe(String... groups) {
        return new Caller("joe", Set.of(groups), THERE, null);
    }

    static Caller stranger() {
        return Caller.anonymous(THERE);
    }

    static AccessRules rules(String text) {
        return AccessRules.parse(text, KNOWN::contains);
    }

    static CallerRights rights(String text, Caller caller) {
        return rules(text).of(caller, path("/export"));
    }

    /** The export as a stranger has it who is given what the rules give to anyone. */
    AccessStore view(String text) {
        return view(text, stranger());
    }

    AccessStore view(String text, Caller caller) {
        return new AccessStore(asked, rights(text, caller));
    }

    static FsPath path(String text) {
        try {
            return FsPath.parse(text);
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    /** Makes files; those whose names end in a slash are directories, and parents are made. */
    void made(String... paths) throws FsException {
        for (String each : paths) {
            FsPath path = path(each);
            FsPath at = FsPath.ROOT;
            List<String> segments = path.segments();
            for (int i = 0; i < segments.size(); i++) {
                at = at.child(segments.get(i));
                if (i + 1 < segments.size() || each.endsWith("/")) {
                    memory.makeDirectory(at, WriteOptions.DEFAULT);
                } else {
                    memory.write(at, text(each), WriteOptions.DEFAULT);
                }
            }
        }
    }

    static Body text(String text) {
        return Body.of(text.getBytes(StandardCharsets.UTF_8));
    }

    static String read(Store store, String path) throws IOException {
        try (Content content = store.read(path(path));
                InputStream in = content.body().open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static List<String> listed(Store store, String path) throws FsException {
        return ListedPaths.of(store.list(path(path)));
    }

    static List<String> walked(Store store, String path) throws FsException {
        return ListedPaths.of(store.walk(path(path)));
    }

    static void assertFails(Kind kind, ThrowingCallable call) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure of kind %s", kind).isNotNull();
        assertThat(failure.kind()).as(String.valueOf(failure)).isEqualTo(kind);
    }
}
