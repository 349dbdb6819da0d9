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

    /** Nobody can have what somebody else sends taken for known. */
    private static @Nullable String of(HttpRequest request, String caller) {
        String id = request.header(HEADER);
        return id == null || id.isEmpty() || id.length() > LONGEST ? null : id + '\n' + caller;
    }

    /** Whether a request of a caller was taken before. */
    synchronized boolean knows(HttpRequest request, String caller) {
        String id = of(request, caller);
        return id != null && known.containsKey(id);
    }

    /** A request of a caller has been taken. */
    synchronized void add(HttpRequest request, String caller) {
        String id = of(request, caller);
        if (id != null) {
            known.put(id, true);
        }
    }
}
