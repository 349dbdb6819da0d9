package dev.packhorse.front.openhands;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The items of a batch that cannot be applied: all of them counted, the first {@value #TOLD} told, as JSON. */
final class Refusals {

    /** Enough to see what is wrong; an answer has to stay small. */
    static final int TOLD = 100;

    private final List<String> told = new ArrayList<>();
    private long count;

    /**
     * Adds an item.
     *
     * @param item its place in the batch, from 0
     * @param path what it says; {@code null} if it says none
     * @param reason why, in a few words
     */
    void add(long item, @Nullable String path, String reason) {
        count++;
        if (told.size() < TOLD) {
            told.add("{\"item\":" + item + ",\"path\":" + (path == null ? "null" : quoted(path)) + ",\"error\":"
                    + quoted(reason) + "}");
        }
    }

    long count() {
        return count;
    }

    /** {@code [{"item":3,"path":"a/../b","error":"Invalid Path"}]}; {@code []} if there are none. */
    String json() {
        return "[" + String.join(",", told) + "]";
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c >= 0x7f) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
