package dev.packhorse.store.httpfs;

import dev.packhorse.wire.httpfs.Values;
import org.jspecify.annotations.Nullable;

/**
 * One line of a directory's listing (SPEC.md, "Directory Listing Format").
 *
 * @param name as it stands there
 * @param bits the {@code st_mode}, {@link Values#NONE} for what is none: servers repeat what a client has said
 */
record ListingLine(String name, int bits) {

    /** Reads a line, split at the last blank; {@code null} for an empty one, and for one without a name. */
    static @Nullable ListingLine parse(String line) {
        int blank = line.lastIndexOf(' ');
        return blank < 1 ? null : new ListingLine(line.substring(0, blank), Values.mode(line.substring(blank + 1)));
    }
}
