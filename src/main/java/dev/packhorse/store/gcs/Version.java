package dev.packhorse.store.gcs;

import com.google.cloud.storage.BlobInfo;
import dev.packhorse.store.object.Condition;
import dev.packhorse.store.object.Stored;
import org.jspecify.annotations.Nullable;

/**
 * One state of an object: the generation changes with the content, the metageneration with the metadata of one generation.
 *
 * @param generation microseconds, in effect; 0 stands for no object
 * @param metageneration from 1
 */
record Version(long generation, long metageneration) {

    static Version of(BlobInfo blob) {
        return new Version(
                blob.getGeneration() == null ? 0 : blob.getGeneration(),
                blob.getMetageneration() == null ? 0 : blob.getMetageneration());
    }

    /** The one that a condition names; {@code null} if it names none. */
    static @Nullable Version of(Condition condition) {
        return condition.version() == null ? null : parse(condition.version());
    }

    static Version of(Stored stored) {
        if (stored.version() == null) {
            throw new IllegalArgumentException("an object without a version");
        }
        return parse(stored.version());
    }

    private static Version parse(String text) {
        int dash = text.indexOf('-');
        return new Version(Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
    }

    /** As {@link Stored#version} has it. */
    String text() {
        return generation + "-" + metageneration;
    }
}
