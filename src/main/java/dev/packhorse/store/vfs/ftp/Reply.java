package dev.packhorse.store.vfs.ftp;

import java.util.List;

/**
 * What the server said to a command (RFC 959, 4.2).
 *
 * @param code three digits
 * @param lines all of it, codes included
 */
record Reply(int code, List<String> lines) {

    Reply {
        lines = List.copyOf(lines);
    }

    /** Done, {@code 2yz}. */
    boolean isDone() {
        return code / 100 == 2;
    }

    /** The command is not there at all, as opposed to not there for this argument. */
    boolean isUnknownCommand() {
        return code == 500 || code == 502;
    }

    /** The same with asterisks in the place of a secret. */
    Reply without(String secret) {
        return secret.isEmpty()
                ? this
                : new Reply(
                        code,
                        lines.stream().map(line -> line.replace(secret, "***")).toList());
    }

    /** The first line, for logs. */
    String text() {
        return lines.isEmpty() ? String.valueOf(code) : lines.get(0);
    }
}
