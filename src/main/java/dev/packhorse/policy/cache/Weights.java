package dev.packhorse.policy.cache;

import dev.packhorse.fs.Node;
import org.jspecify.annotations.Nullable;

/** What things weigh in the heap, in bytes: rather too much than too little. */
final class Weights {

    /** An entry of the cache without what it says: the key, the moment, the bookkeeping. */
    static final long ENTRY = 320;

    private static final long NODE = 200;
    private static final long TEXT = 48;

    private Weights() {}

    static long of(Node node) {
        return NODE + of(node.path().toString()) + of(node.etag()) + of(node.mediaType());
    }

    static long of(@Nullable String text) {
        return text == null ? 0 : TEXT + 2L * text.length();
    }
}
