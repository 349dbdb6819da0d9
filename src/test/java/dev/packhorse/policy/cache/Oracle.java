package dev.packhorse.policy.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Answers of stores as text, failures included, to be compared. */
final class Oracle {

    private Oracle() {}

    /** One question. */
    @FunctionalInterface
    interface Question {
        Object ask() throws IOException;
    }

    static String answer(Question question) {
        try {
            return String.valueOf(question.ask());
        } catch (FsException e) {
            return e.kind().toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static void assertSame(Store store, Store oracle, FsPath path) {
        // Twice, for what the first answer has left behind.
        for (int i = 0; i < 2; i++) {
            assertThat(looks(store, path)).as("at %s", path).isEqualTo(looks(oracle, path));
        }
    }

    private static List<String> looks(Store store, FsPath path) {
        return List.of(
                answer(() -> store.stat(path)),
                answer(() -> CacheFixture.all(store.list(path))),
                answer(() -> content(store, path)));
    }

    static String content(Store store, FsPath path) throws IOException {
        try (var content = store.read(path);
                InputStream in = content.body().open()) {
            return content.node() + new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
