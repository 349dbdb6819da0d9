package dev.packhorse.front.openhands;

import dev.packhorse.front.http.HttpRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last {@value #KEPT} requests that were taken, by the {@value #HEADER} that Packhorse's sender gives them, so that a repeated one
 * does not undo what came between. They are forgotten when the process ends.
 */
final class EventIds {

    static final String HEADER = "X-Packhorse-Event-Id";

    static final int KEPT = 10_000;

    /** Characters of an identifier; a longer one is none. */
    private static final int LONGEST = 128;

    private final Map<String, Boolean> known = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > KEPT;
        }
    };

    private static @Nullable String of(HttpRequest request) {
        String id = request.header(HEADER);
        return id == null || id.isEmpty() || id.length() > LONGEST ? null : id;
    }

    /** Whether a request was taken before. */
    synchronized boolean knows(HttpRequest request) {
        String id = of(request);
        return id != null && known.containsKey(id);
    }

    /** A request has been taken. */
    synchronized void add(HttpRequest request) {
        String id = of(request);
        if (id != null) {
            known.put(id, true);
        }
    }
}
