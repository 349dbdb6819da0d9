package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.FsPath;
import dev.packhorse.store.replay.Guide.Snapshot;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The recordings of a snapshot under names for people: titles, and in each the recording and the text of every show.
 *
 * <p>Names come from the snapshot alone, so that the same snapshot always makes the same. A title is one name; within it a show
 * is called by its episode, or where it has none by the date and time of its broadcast. Shows that would be called the same get
 * the date as well, and a number if that is not enough. What {@link FsPath} refuses in a name is a hyphen or left out; names are
 * cut so that they stay within {@value #MAX_NAME} bytes.
 */
final class Shows {

    /** INTEROP section 1: some old clients of an emulated device crash on more. */
    private static final int MAX_NAME = 190;

    /** Bytes kept free for a date, a number and an extension. */
    private static final int MAX_BASE = MAX_NAME - 40;

    private static final Comparator<Show> OLDEST_FIRST =
            Comparator.comparing(Show::airTime).thenComparing(Show::showId).thenComparing(Show::channelId);

    /**
     * A name within a title.
     *
     * @param show what it belongs to
     * @param isText whether it is the description, not the recording
     */
    record Entry(Show show, boolean isText) {}

    private final SortedMap<String, SortedMap<String, Entry>> titles = new TreeMap<>(FsPath.BYTEWISE);

    /**
     * Names the recordings of a snapshot.
     *
     * @param zone where the dates in names are
     */
    Shows(Snapshot snapshot, ZoneId zone) {
        DateTimeFormatter date =
                DateTimeFormatter.ofPattern("uuuu-MM-dd HH-mm", Locale.ROOT).withZone(zone);
        Map<String, List<Show>> byTitle = new HashMap<>();
        Set<Long> known = new HashSet<>();
        for (Show show : snapshot.shows()) {
            if (show.isUsable() && known.add(show.showId())) {
                byTitle.computeIfAbsent(safe(show.texts().title(), "Untitled"), title -> new ArrayList<>())
                        .add(show);
            }
        }
        byTitle.forEach((title, shows) -> titles.put(title, named(shows, date)));
    }

    private static SortedMap<String, Entry> named(List<Show> shows, DateTimeFormatter date) {
        shows.sort(OLDEST_FIRST);
        Map<String, Integer> wanted = new HashMap<>();
        for (Show show : shows) {
            wanted.merge(plain(show, date), 1, Integer::sum);
        }
        SortedMap<String, Entry> names = new TreeMap<>(FsPath.BYTEWISE);
        // Who is alone with a name gets it, whatever the others are called in the end.
        for (Show show : shows) {
            String base = plain(show, date);
            if (wanted.getOrDefault(base, 0) == 1) {
                put(names, base, show);
            }
        }
        for (Show show : shows) {
            String base = plain(show, date);
            if (wanted.getOrDefault(base, 0) > 1) {
                String dated = show.texts().episode().isEmpty() ? base : base + " " + date.format(show.airTime());
                String name = dated;
                for (int number = 2; names.containsKey(name + ".mpg"); number++) {
                    name = dated + " (" + number + ")";
                }
                put(names, name, show);
            }
        }
        return names;
    }

    private static String plain(Show show, DateTimeFormatter date) {
        return safe(show.texts().episode(), date.format(show.airTime()));
    }

    private static void put(SortedMap<String, Entry> names, String base, Show show) {
        names.put(base + ".mpg", new Entry(show, /* isText= */ false));
        names.put(base + ".txt", new Entry(show, /* isText= */ true));
    }

    /** The text as a name; {@code otherwise} if nothing of it is left. Leading dots would hide it. */
    static String safe(String text, String otherwise) {
        StringBuilder name = new StringBuilder();
        int bytes = 0;
        for (int c : text.codePoints().toArray()) {
            int safe = c == '/' ? '-' : c;
            String character = Character.toString(safe);
            boolean leads = name.isEmpty() && (safe == '.' || safe == ' ');
            if (leads || !FsPath.isName(character + "x")) {
                continue;
            }
            bytes += character.getBytes(UTF_8).length;
            if (bytes > MAX_BASE) {
                break;
            }
            name.append(character);
        }
        String safe = name.toString().stripTrailing();
        return safe.isEmpty() ? otherwise : safe;
    }

    /** The titles, in bytewise order. */
    Set<String> titles() {
        return Collections.unmodifiableSet(titles.keySet());
    }

    /** What is in a title, in bytewise order of the names; {@code null} if there is no such title. */
    @Nullable
    SortedMap<String, Entry> of(String title) {
        SortedMap<String, Entry> names = titles.get(title);
        return names == null ? null : Collections.unmodifiableSortedMap(names);
    }

    /** When the newest show was on the air; {@code otherwise} without any. */
    Instant newest(Instant otherwise) {
        return titles.values().stream()
                .map(Shows::newest)
                .max(Comparator.naturalOrder())
                .orElse(otherwise);
    }

    /** When the newest show of a title was on the air. */
    static Instant newest(SortedMap<String, Entry> title) {
        return title.values().stream()
                .map(entry -> entry.show().airTime())
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }
}
