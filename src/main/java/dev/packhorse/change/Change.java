package dev.packhorse.change;

import dev.packhorse.fs.FsPath;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to an export through the gateway. A whole tree that is copied, moved or removed is one change.
 *
 * @param id its place in the order of changes; never given to another change of the same database
 * @param export the export, {@code /name}
 * @param operation what happened
 * @param path to what, within the export; the source of a copy or move
 * @param target the other end of a copy or move, {@code null} for other operations
 * @param time when it was begun, in milliseconds
 * @param lookAgain whether it is not known if it has happened, or in which order with another change of the same paths: what
 *     is there now must be looked at
 * @param attempts how often delivering it has failed
 */
public record Change(
        long id,
        FsPath export,
        Operation operation,
        FsPath path,
        @Nullable FsPath target,
        Instant time,
        boolean lookAgain,
        int attempts) {

    /** What is recorded. Changes of attributes alone are not. */
    public enum Operation {
        WRITE(0, "write"),
        MAKE_DIRECTORY(1, "makeDirectory"),
        LINK(2, "link"),
        COPY(3, "copy"),
        MOVE(4, "move"),
        REMOVE(5, "remove");

        /** In the database; a number of its own, so that nobody renumbers rows by sorting the enum. */
        private final int number;

        private final String word;

        Operation(int number, String word) {
            this.number = number;
            this.word = word;
        }

        /** The name of the method of {@link dev.packhorse.fs.Store}. */
        public String word() {
            return word;
        }

        int number() {
            return number;
        }

        static Operation of(int number) {
            for (Operation each : values()) {
                if (each.number == number) {
                    return each;
                }
            }
            throw new IllegalArgumentException("no operation has the number " + number);
        }
    }

    public Change {
        if ((target != null) != (operation == Operation.COPY || operation == Operation.MOVE)) {
            throw new IllegalArgumentException("a copy and a move have a target, nothing else has");
        }
    }

    /** A name that no other change has, also not in a database that was lost and began anew: hexadecimal time, dash, id. */
    public String eventId() {
        return Long.toHexString(time.toEpochMilli()) + "-" + id;
    }

    /** The paths at and below which something has changed. */
    public List<FsPath> changed() {
        return changed(operation, path, target);
    }

    static List<FsPath> changed(Operation operation, FsPath path, @Nullable FsPath target) {
        if (target == null) {
            return List.of(path);
        }
        return operation == Operation.COPY ? List.of(target) : List.of(path, target);
    }
}
