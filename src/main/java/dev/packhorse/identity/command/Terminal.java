package dev.packhorse.identity.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Whom a command talks to.
 *
 * @param console where passwords are typed unseen; {@code null} without one
 * @param in where they are read from otherwise
 * @param out what others may read on
 * @param err what people read
 */
public record Terminal(@Nullable Console console, InputStream in, PrintStream out, PrintStream err) {

    /** That of this process. */
    public static Terminal ofProcess() {
        return new Terminal(System.console(), System.in, System.out, System.err);
    }

    /**
     * Reads a password.
     *
     * @param standardInput from the first line of standard input, not from the console
     * @return in UTF-8
     */
    byte[] password(String user, boolean standardInput) throws IOException {
        if (standardInput) {
            return line();
        }
        if (console == null) {
            throw new IOException("there is no terminal to type a password on: --stdin reads it from standard input");
        }
        char[] typed = console.readPassword("Password of %s: ", user);
        char[] again = console.readPassword("Again: ");
        if (typed == null || !Arrays.equals(typed, again)) {
            throw new IOException("the two are not the same");
        }
        ByteBuffer bytes = UTF_8.encode(CharBuffer.wrap(typed));
        byte[] password = new byte[bytes.remaining()];
        bytes.get(password);
        return password;
    }

    private byte[] line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int each = in.read(); each >= 0 && each != '\n'; each = in.read()) {
            line.write(each);
        }
        byte[] bytes = line.toByteArray();
        return bytes.length > 0 && bytes[bytes.length - 1] == '\r' ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
    }
}
