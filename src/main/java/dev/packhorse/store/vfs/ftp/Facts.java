package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.Mode;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines of {@code MLSD} and {@code MLST} (RFC 3659, 7.2): {@code Type=file;Size=5;Modify=20240229235958.123; name}.
 *
 * <p>commons-net has a parser as well, which forgets {@code unique} and the owner's numbers, and takes every type that it does
 * not know for a thing without one.
 */
final class Facts {

    private Facts() {}

    /**
     * Reads one line.
     *
     * @return {@code null} for a line that is no entry, as the rest of a name with an end of line in it; for the directory
     *     itself and its parent; and for what is neither file, directory nor symlink
     * @throws IOException for a file without a size, which can be shown neither rightly nor not at all
     */
    static @Nullable Entry parse(String line) throws IOException {
        int space = line.indexOf(' ');
        if (space <= 0 || space == line.length() - 1) {
            return null;
        }
        Map<String, String> facts = new HashMap<>();
        for (String fact : line.substring(0, space).split(";", -1)) {
            int equals = fact.indexOf('=');
            if (equals > 0) {
                facts.put(fact.substring(0, equals).toLowerCase(Locale.ROOT), fact.substring(equals + 1));
            }
        }
        String kind = facts.get("type");
        NodeType type = kind == null ? null : type(kind.toLowerCase(Locale.ROOT));
        if (type == null) {
            return null;
        }
        return new Entry(
                line.substring(space + 1),
                type,
                type == NodeType.FILE ? size(facts.get("size")) : 0,
                time(facts.get("modify")),
                mode(facts.get("unix.mode")),
                owner(facts),
                type == NodeType.SYMLINK ? target(String.valueOf(kind)) : null,
                facts.get("perm"),
                facts.get("unique"));
    }

    /** The same, where the answer is about one name, which may be the directory itself. */
    static @Nullable Entry parseOne(String line) throws IOException {
        return parse(line.replaceFirst("(?i)\\btype=[cp]dir\\b", "type=dir"));
    }

    private static @Nullable NodeType type(String kind) {
        if (kind.equals("file")) {
            return NodeType.FILE;
        }
        if (kind.equals("dir")) {
            return NodeType.DIRECTORY;
        }
        return kind.startsWith("os.unix=slink") || kind.startsWith("os.unix=symlink") ? NodeType.SYMLINK : null;
    }

    private static @Nullable String target(String kind) {
        int colon = kind.indexOf(':');
        return colon < 0 || colon == kind.length() - 1 ? null : kind.substring(colon + 1);
    }

    private static long size(@Nullable String text) throws IOException {
        Long size = number(text);
        if (size == null) {
            throw new IOException("a file without a size in a listing");
        }
        return size;
    }

    private static @Nullable Long number(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > 18) {
            return null;
        }
        return text.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.valueOf(text) : null;
    }

    private static @Nullable Mode mode(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > 7) {
            return null;
        }
        return text.chars().allMatch(c -> c >= '0' && c <= '7') ? Mode.ofBits(Integer.parseInt(text, 8)) : null;
    }

    private static @Nullable Owner owner(Map<String, String> facts) {
        Long uid = number(facts.getOrDefault("unix.uid", facts.get("unix.owner")));
        Long gid = number(facts.getOrDefault("unix.gid", facts.get("unix.group")));
        return uid == null || gid == null || uid > 0xFFFF_FFFEL || gid > 0xFFFF_FFFEL ? null : new Owner(uid, gid);
    }

    /** {@code YYYYMMDDHHMMSS[.F...]} in UTC (RFC 3659, 2.3); the epoch for anything else. */
    static Instant time(@Nullable String text) {
        if (text == null || text.length() < 14) {
            return Instant.EPOCH;
        }
        Long whole = number(text.substring(0, 14));
        if (whole == null || (text.length() > 14 && text.charAt(14) != '.')) {
            return Instant.EPOCH;
        }
        String fraction = text.length() > 15 ? text.substring(15, Math.min(text.length(), 24)) : "0";
        Long parts = number(fraction);
        if (parts == null) {
            return Instant.EPOCH;
        }
        long nanos = parts;
        for (int i = fraction.length(); i < 9; i++) {
            nanos *= 10;
        }
        try {
            return LocalDateTime.of(
                            (int) (whole / 10_000_000_000L),
                            (int) (whole / 100_000_000L % 100),
                            (int) (whole / 1_000_000L % 100),
                            (int) (whole / 10_000L % 100),
                            (int) (whole / 100L % 100),
                            (int) (whole % 100))
                    .toInstant(ZoneOffset.UTC)
                    .plus(nanos, ChronoUnit.NANOS);
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    /**
     * The number at the end of a reply, as of {@code 213 1024}.
     *
     * @throws IOException if there is none
     */
    static long trailingNumber(String text) throws IOException {
        String[] words = text.strip().split("\\s+", -1);
        Long value = words.length < 2 ? null : number(words[words.length - 1]);
        if (value == null) {
            throw new IOException("no number in a reply");
        }
        return value;
    }

    /** The whole seconds of a time, as {@code MFMT} takes them; fractions are not understood everywhere. */
    static String text(Instant time) {
        LocalDateTime utc = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
        return String.format(
                Locale.ROOT,
                "%04d%02d%02d%02d%02d%02d",
                utc.getYear(),
                utc.getMonthValue(),
                utc.getDayOfMonth(),
                utc.getHour(),
                utc.getMinute(),
                utc.getSecond());
    }
}
