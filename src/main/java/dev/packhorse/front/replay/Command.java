package dev.packhorse.front.replay;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a client may ask for (HTTPFS.txt, "Commands"). */
enum Command {
    CP("src"),
    CREATE("name"),
    FSTAT("name"),
    LS("name"),
    MKDIR("name"),
    MV("old"),
    READFILE("name"),
    RM("name"),
    VOLINFO("name"),
    WRITEFILE("name");

    private static final String PREFIX = "httpfs-";

    private final String subject;

    Command(String subject) {
        this.subject = subject;
    }

    /** The argument that says what it is about. */
    String subject() {
        return subject;
    }

    /** As the protocol spells it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds the command of a request.
     *
     * @param name the path of its target, without slashes before it
     * @return {@code null} if it is for something else
     */
    static @Nullable Command of(String name) {
        for (Command command : values()) {
            if (name.equals(PREFIX + command.word())) {
                return command;
            }
        }
        return null;
    }
}
