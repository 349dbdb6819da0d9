package dev.packhorse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is in a folder of the disk. */
public final class FileTree {

    private FileTree() {}

    /** All files by their path; what a killed process was writing lies there until the store sweeps, and is left out. */
    public static Map<String, String> of(Path root) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path each : all.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith(".packhorse-"))
                    .toList()) {
                files.put(root.relativize(each).toString(), Files.readString(each));
            }
        }
        return files;
    }
}
