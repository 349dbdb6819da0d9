package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** What lies beside the root of a store, with a canary in each place where somebody may get to who leaves it. */
final class Outside {

    static final String CANARY = "canary-8361";

    /** Spellings of the way up, and of what some take for it; each char is a byte of the wire. */
    static final List<String> UPS = List.of(
            "..",
            "%2e%2e",
            "%2E%2E",
            ".%2e",
            "%252e%252e",
            "%25252e%25252e",
            "%c0%ae%c0%ae",
            "%c0%2e%c0%2e",
            "%e0%80%ae%e0%80%ae",
            "%f0%80%80%ae%f0%80%80%ae",
            "%ef%bc%8e%ef%bc%8e",
            "%e2%80%a4%e2%80%a4",
            "%e2%80%a5",
            "%u002e%u002e",
            "..%00",
            "%00..",
            "..;",
            "..;a=b",
            "..%3b",
            "..%20",
            "..%09",
            "..%0d%0a",
            "....",
            ".",
            "..\\..",
            "..%5c..",
            "..%255c..",
            "..%2f..",
            "..%252f..",
            "..%c0%af..",
            "..%e2%88%95..",
            "..%ef%bc%8f..",
            "..%ef%bc%bc..",
            "\u00c0\u00ae\u00c0\u00ae",
            "\u00ff");

    private final Path folder;
    private final List<Path> inside;
    private final String before;

    private Outside(Path folder, List<Path> inside) throws IOException {
        this.folder = folder;
        this.inside = inside;
        this.before = now();
    }

    /**
     * Plants canaries: {@code canary} in the folder and in each folder between it and the root, {@code outside/canary} and
     * {@code outside/sub/canary}.
     *
     * @param root of the store, below the folder
     * @param others what may change as well
     */
    static Outside plant(Path folder, Path root, Path... others) throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside/sub"));
        List<Path> places = new ArrayList<>(List.of(outside, folder.resolve("outside"), folder));
        for (Path above = root.getParent(); above != null && !above.equals(folder); above = above.getParent()) {
            places.add(above);
        }
        for (Path each : places) {
            Files.writeString(each.resolve("canary"), CANARY);
        }
        List<Path> inside = new ArrayList<>(List.of(root));
        inside.addAll(Arrays.asList(others));
        return new Outside(folder, inside);
    }

    /** Every file outside, with mode, time and content. */
    private String now() throws IOException {
        TreeMap<String, String> found = new TreeMap<>();
        try (var all = Files.walk(folder)) {
            for (Path each : all.toList()) {
                if (inside.stream().anyMatch(each::startsWith)) {
                    continue;
                }
                found.put(
                        each.toString(),
                        Files.getAttribute(each, "unix:mode", LinkOption.NOFOLLOW_LINKS) + " "
                                + Files.getLastModifiedTime(each) + " "
                                + (Files.isRegularFile(each) ? Files.readString(each) : ""));
            }
        }
        return found.toString();
    }

    void assertUnchanged() throws IOException {
        assertThat(now()).isEqualTo(before);
    }

    /** Removes what is in a directory. */
    static void clear(Path directory) throws IOException {
        try (var all = Files.walk(directory)) {
            for (Path each : all.sorted((one, other) -> other.compareTo(one)).toList()) {
                if (!each.equals(directory)) {
                    Files.delete(each);
                }
            }
        }
    }

    /** Targets of requests that would find a canary if the base of an export were left. */
    static List<String> targets(String base, Path folder) {
        List<String> all = new ArrayList<>();
        String prefix = base.substring(0, base.indexOf('/', 1));
        for (String up : UPS) {
            all.addAll(List.of(
                    base + "/" + up + "/canary",
                    base + "/a/" + up + "/" + up + "/canary",
                    base + "/a/" + up + "/" + up + "/" + up + "/outside/canary",
                    base + "//" + up + "//" + up + "/outside/sub/canary",
                    base + "/./" + up + "/./" + up + "/canary",
                    base + "/" + up,
                    base + "/a/" + up + "/" + up + "/",
                    "http://h" + base + "/" + up + "/canary",
                    "HTTPS://u@h:1" + base + "/a/" + up + "/" + up + "/canary",
                    "//h" + base + "/" + up + "/canary",
                    prefix + "/" + up + "/canary",
                    "/" + up + "/canary"));
        }
        all.addAll(List.of(
                base + folder + "/canary",
                base + "//" + folder + "/canary",
                base + "/%2f" + folder + "/canary",
                base + "/file:" + folder + "/canary",
                base + "/file:%2f%2f" + folder + "/canary",
                "file://" + folder + "/canary",
                "http://h" + folder + "/canary",
                folder + "/canary",
                base + "\\..\\canary",
                "*"));
        return all;
    }

    /** The same as names within a store, decoded as far as a client can say them in a text. */
    static List<String> names(Path folder) {
        List<String> all = new ArrayList<>();
        for (String up : List.of(
                "..",
                ".",
                "...",
                "..;",
                ".. ",
                "..\u0000",
                "..\n",
                "..\\..",
                "%2e%2e",
                "..%2f..",
                "\uff0e\uff0e",
                "\u2024\u2024",
                "\u2025",
                "..\u2215..",
                "..\uff0f..",
                "..\uff3c..")) {
            all.addAll(List.of(
                    up + "/canary",
                    up,
                    "/" + up + "/canary",
                    "a/" + up + "/" + up + "/canary",
                    "a/" + up + "/" + up + "/" + up + "/outside/canary",
                    "//" + up + "//" + up + "/outside/sub/canary",
                    "./" + up + "/./" + up + "/canary",
                    up + "/" + up + "/outside/sub/"));
        }
        all.addAll(List.of(
                folder + "/canary",
                "/" + folder + "/canary",
                "file://" + folder + "/canary",
                "C:\\canary",
                "\u0000",
                ""));
        return all;
    }
}
