package dev.packhorse.identity;

import java.util.EnumSet;
import java.util.Set;

/** One thing that somebody may be allowed to do to a path. */
public enum Right {
    /** See the metadata and the content of files, and the targets of symlinks. */
    READ("read"),
    /** See that a directory is there, and what is in it. */
    LIST("list"),
    /** Make and replace files, directories and symlinks. */
    WRITE("write"),
    /** Remove, and move away. */
    DELETE("delete"),
    /** Change modes, owners and times. */
    METADATA("metadata");

    /** All of them. */
    public static final Set<Right> ALL = Set.of(values());

    private final String word;

    Right(String word) {
        this.word = word;
    }

    /** How rules spell it. */
    public String word() {
        return word;
    }

    /**
     * Reads what a rule or the scope of a key grants.
     *
     * @param text {@code r} (read, list), {@code rw} (all), {@code w} (write, delete, metadata), {@code none}, or words joined by
     *     {@code +}: {@code read+list+write}
     * @throws IllegalArgumentException for anything else, with one line that says what there is
     */
    public static Set<Right> parse(String text) {
        EnumSet<Right> rights = EnumSet.noneOf(Right.class);
        switch (text) {
            case "none" -> {}
            case "r" -> rights.addAll(Set.of(READ, LIST));
            case "w" -> rights.addAll(Set.of(WRITE, DELETE, METADATA));
            case "rw" -> rights.addAll(ALL);
            default -> {
                for (String each : text.split("\\+", -1)) {
                    rights.add(of(each, text));
                }
            }
        }
        return Set.copyOf(rights);
    }

    private static Right of(String word, String text) {
        for (Right right : values()) {
            if (right.word.equals(word)) {
                return right;
            }
        }
        throw new IllegalArgumentException("'" + text
                + "' grants nothing that is known: r, w, rw, none, or read, list, write, delete, metadata joined by +");
    }
}
