package dev.packhorse.identity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** A groups file: {@code group: member member}, as Apache's {@code AuthGroupFile}. A group may stand in several lines, and be empty. */
final class Groups {

    private Groups() {}

    /** Reads a groups file: the members of each group, in its order. */
    static Map<String, Set<String>> read(Path file, byte[] content) throws IOException {
        Map<String, Set<String>> groups = new LinkedHashMap<>();
        new Lines("groups file", file).forEach(content, line -> {
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("a group is written name: member member");
            }
            Set<String> members = groups.computeIfAbsent(
                    Names.check(line.substring(0, colon).strip()), none -> new LinkedHashSet<>());
            String listed = line.substring(colon + 1).strip();
            if (!listed.isEmpty()) {
                for (String member : listed.split("[ \t]+", -1)) {
                    members.add(Names.check(member));
                }
            }
        });
        return groups;
    }

    /** The line of one group. */
    static String line(String group, Set<String> members) {
        return members.isEmpty() ? group + ":" : group + ": " + String.join(" ", members);
    }
}
