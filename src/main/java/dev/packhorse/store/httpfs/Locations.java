package dev.packhorse.store.httpfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.http.Percent;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the parts of an answer about one directory belong. Servers write locations with the base or without it, as they are or
 * percent-encoded; the first that fits decides for the answer.
 */
final class Locations {

    private final FsPath directory;
    private final List<String> forms;
    private final NameProbe names;
    private @Nullable String form;

    /** Finds out whether names are as they stand in URLs; asked where one holds what looks like an escape. */
    interface NameProbe {
        boolean encoded(FsPath directory, String name);
    }

    /**
     * For the parts of one answer.
     *
     * @param basePath the path of the base, decoded, without a slash at its end
     */
    Locations(String basePath, FsPath directory, NameProbe names) {
        this.directory = directory;
        this.names = names;
        String path = directory.isRoot() ? "" : directory.toString();
        Set<String> all = new LinkedHashSet<>();
        all.add(basePath + path);
        all.add(encoded(basePath + path));
        all.add(path);
        all.add(encoded(path));
        this.forms = List.copyOf(all);
    }

    private static String encoded(String path) {
        StringBuilder out = new StringBuilder();
        for (String segment : path.split("/", -1)) {
            out.append(out.isEmpty() && segment.isEmpty() ? "" : "/").append(Percent.encoded(segment));
        }
        return path.isEmpty() ? "" : out.toString();
    }

    /**
     * The path that a part is about: the directory itself, or one below. {@code null} for a part about something else, without a
     * name, or with a name that is none.
     */
    @Nullable
    FsPath path(Map<String, String> head) {
        String location = location(head);
        String chosen = location == null ? null : chosen(location);
        if (location == null || chosen == null) {
            return null;
        }
        if (location.equals(chosen)) {
            return directory;
        }
        return location.startsWith(chosen + "/") ? below(location.substring(chosen.length() + 1)) : null;
    }

    private @Nullable String chosen(String location) {
        String known = form;
        if (known == null) {
            known = forms.stream().filter(location::equals).findFirst().orElse(null);
            if (known == null) {
                known = forms.stream()
                        .filter(each -> location.startsWith(each + "/"))
                        .findFirst()
                        .orElse(null);
            }
            form = known;
        }
        return known;
    }

    private @Nullable FsPath below(String rest) {
        FsPath path = directory;
        for (String segment : rest.split("/", -1)) {
            String name = name(path, segment);
            if (name == null) {
                return null;
            }
            try {
                path = path.child(name);
            } catch (FsException e) {
                // No name that a client of ours could use.
                return null;
            }
        }
        return path;
    }

    /** The name that a segment of a location, or a line of a listing, stands for. */
    @Nullable
    String name(FsPath parent, String segment) {
        return segment.indexOf('%') >= 0 && names.encoded(parent, segment) ? Percent.decoded(segment) : segment;
    }

    /** {@code Content-Location}, else the file name of {@code Content-Disposition}; without slashes at its end. */
    private static @Nullable String location(Map<String, String> head) {
        String location = head.get("Content-Location");
        if (location == null) {
            location = fileName(head.get("Content-Disposition"));
        }
        if (location == null) {
            return null;
        }
        int end = location.length();
        while (end > 0 && location.charAt(end - 1) == '/') {
            end--;
        }
        return location.substring(0, end);
    }

    /** The quoted string behind {@code filename=} (RFC 6266). */
    private static @Nullable String fileName(@Nullable String disposition) {
        int at = disposition == null ? -1 : disposition.indexOf("filename=\"");
        if (disposition == null || at < 0) {
            return null;
        }
        StringBuilder out = new StringBuilder();
        for (int i = at + "filename=\"".length(); i < disposition.length(); i++) {
            char c = disposition.charAt(i);
            if (c == '"') {
                return out.toString();
            }
            if (c == '\\' && i + 1 < disposition.length()) {
                i++;
                c = disposition.charAt(i);
            }
            out.append(c);
        }
        return null;
    }
}
