package dev.packhorse.front.openhands;

import dev.packhorse.front.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The last {@value #KEPT} requests that were taken, by the {@value #HEADER} that Packhorse's sender gives them, so that a repeated one
 * does not undo what came between. Only the same method at the same target is a repetition: senders may name a change, of
 * which there are several requests. They are forgotten when the process ends.
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

    /** Those that are being taken. */
    private final Set<String> underWay = new HashSet<>();

    /** Where a request is when it comes. */
    enum State {
        /** It is now under way, until {@link EventIds#ended}. */
        NEW,
        /** The same is being taken: whether it will be nobody knows yet. */
        UNDER_WAY,
        /** It was taken before. */
        TAKEN
    }

    /** A digest, since targets are long. Nobody can have what somebody else sends taken for known. */
    private static @Nullable String key(HttpRequest request, String caller) {
        String id = request.header(HEADER);
        if (id == null || id.isEmpty() || id.length() > LONGEST) {
            return null;
        }
        try {
            String text = id + "\n" + request.method() + "\n" + request.target() + "\n" + caller;
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Begins to take a request of a caller, unless it is a repetition. */
    synchronized State begin(HttpRequest request, String caller) {
        String key = key(request, caller);
        if (key == null) {
            return State.NEW;
        }
        if (known.containsKey(key)) {
            return State.TAKEN;
        }
        return underWay.add(key) ? State.NEW : State.UNDER_WAY;
    }

    /** A request that was new has been taken, or was not. */
    synchronized void ended(HttpRequest request, String caller, boolean taken) {
        String key = key(request, caller);
        if (key != null) {
            underWay.remove(key);
            if (taken) {
                known.put(key, true);
            }
        }
    }
}
