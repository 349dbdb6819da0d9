package dev.packhorse.policy.observe;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** What a file was renamed to: {@code audit.log.2026-11-21.1}, a day and a number. Nothing else in the folder is touched. */
final class Predecessors {

    private static final Logger LOG = Logger.getLogger(Predecessors.class);

    /** One of them. */
    private record Predecessor(Path path, LocalDate day, long number) {}

    private static final Comparator<Predecessor> OLDEST_FIRST =
            Comparator.comparing(Predecessor::day).thenComparing(Predecessor::number);

    private final Path file;
    private final Path folder;
    private final Pattern names;

    Predecessors(Path file) {
        this.file = file;
        this.folder = Objects.requireNonNull(file.getParent());
        this.names = Pattern.compile(
                Pattern.quote(String.valueOf(file.getFileName())) + "\\.(\\d{4}-\\d{2}-\\d{2})\\.(\\d{1,18})");
    }

    /**
     * Renames the file.
     *
     * @throws IOException if that cannot be; it is where it was then
     */
    void take(LocalDate day) throws IOException {
        long number = 0;
        for (Predecessor each : all()) {
            if (each.day.equals(day)) {
                number = Math.max(number, each.number);
            }
        }
        Path reserved = reserve(day, number + 1);
        boolean taken = false;
        try {
            // One rename: REPLACE_EXISTING would remove the reserved name first, and somebody else could take it.
            Files.move(file, reserved, StandardCopyOption.ATOMIC_MOVE);
            taken = true;
        } finally {
            if (!taken) {
                Files.deleteIfExists(reserved);
            }
        }
    }

    /** Makes an empty file, so that nobody who shares the log renames theirs to the same name: a rename replaces without asking. */
    private Path reserve(LocalDate day, long first) throws IOException {
        for (long number = first; ; number++) {
            Path name = folder.resolve(file.getFileName() + "." + day + "." + number);
            try {
                return Files.createFile(name);
            } catch (FileAlreadyExistsException e) {
                // Somebody was faster: the next number.
            }
        }
    }

    /** Removes the oldest until there are no more than so many. */
    void keep(int count) {
        try {
            List<Predecessor> all = all();
            all.sort(OLDEST_FIRST);
            for (Predecessor each : all.subList(0, Math.max(0, all.size() - count))) {
                Files.deleteIfExists(each.path);
            }
        } catch (IOException e) {
            LOG.warnf("what is too old beside %s cannot be removed: %s", file, e);
        }
    }

    private List<Predecessor> all() throws IOException {
        List<Predecessor> all = new ArrayList<>();
        try (Stream<Path> beside = Files.list(folder)) {
            for (Path each : (Iterable<Path>) beside::iterator) {
                Matcher name = names.matcher(String.valueOf(each.getFileName()));
                if (name.matches()) {
                    try {
                        all.add(new Predecessor(each, LocalDate.parse(name.group(1)), Long.parseLong(name.group(2))));
                    } catch (DateTimeException e) {
                        // No day, so none of ours.
                    }
                }
            }
        }
        return all;
    }
}
