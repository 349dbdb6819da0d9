package dev.packhorse.store.local;

import dev.packhorse.fs.FsPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Names between {@link FsPath}, which is UTF-8, and {@link Path}, whose encoding is that of the process.
 *
 * <p>In the C locale the JDK cannot say or read {@code é}. The bytes of a path, however, pass unharmed through its
 * {@code file:} URI (documented for the default provider: {@code Path.of(p.toUri())} is the absolute form of {@code p}). This
 * way is slow and taken only for names beyond ASCII in a process that is not set to UTF-8.
 */
final class Names {

    /** Names that start so are ours: temporary files, and directories on their way out. */
    static final String RESERVED = ".packhorse-";

    private static final boolean UTF8 = speaksUtf8();
    private static final char UNREADABLE = '\uFFFD';

    private Names() {}

    private static boolean speaksUtf8() {
        try {
            // Two bytes in UTF-8, one in Latin encodings, impossible in ASCII; a replacement character for a lone 0xE9.
            return Path.of("/\u00e9").toUri().getRawPath().equals("/%C3%A9");
        } catch (InvalidPathException e) {
            return false;
        }
    }

    static Path child(Path directory, String name) {
        return UTF8 || isAscii(name) ? directory.resolve(name) : directory.resolve(alone(name));
    }

    /** A name as a path without a directory. */
    static Path alone(String name) {
        return UTF8 || isAscii(name)
                ? Path.of(name)
                : fromBytes(("/" + name).getBytes(StandardCharsets.UTF_8)).getFileName();
    }

    /** The last name of a path; {@code null} if it is not UTF-8. */
    static @Nullable String of(Path path) {
        // Not by getFileName, which looks for all names of the path first.
        String text = path.toString();
        String name = text.substring(text.lastIndexOf('/') + 1);
        if (UTF8 || isAscii(name)) {
            return name.indexOf(UNREADABLE) < 0 ? name : null;
        }
        String raw = Path.of("/").resolve(path.getFileName()).toUri().getRawPath();
        byte[] bytes = toBytes(raw);
        int end = bytes.length > 1 && bytes[bytes.length - 1] == '/' ? bytes.length - 1 : bytes.length;
        return decode(Arrays.copyOfRange(bytes, 1, end));
    }

    /**
     * What a symlink says, verbatim.
     *
     * @throws IOException if it is not UTF-8, which nobody could be told
     */
    static String target(Path link) throws IOException {
        Path target = Files.readSymbolicLink(link);
        String text = target.toString();
        if (!UTF8 && !isAscii(text)) {
            byte[] bytes = toBytes(target.toUri().getRawPath());
            int start = target.isAbsolute()
                    ? 0
                    : toBytes(Path.of("").toAbsolutePath().toUri().getRawPath()).length;
            // The URI of a directory has a slash more than its path.
            int end = bytes.length;
            if (bytes[end - 1] == '/' && !text.endsWith("/")) {
                end--;
            }
            String decoded = decode(Arrays.copyOfRange(bytes, start, end));
            text = decoded == null ? String.valueOf(UNREADABLE) : decoded;
        }
        if (text.indexOf(UNREADABLE) >= 0) {
            throw new IOException("the target of a symlink is not UTF-8");
        }
        return text;
    }

    /** Makes a symlink; {@code false} if the platform would not keep the target verbatim, and then none is left. */
    static boolean link(Path link, String target) throws IOException {
        boolean tidy = !target.contains("//") && (target.length() == 1 || !target.endsWith("/"));
        if (tidy) {
            Files.createSymbolicLink(link, pathOf(target));
        } else {
            linkUntidy(link, target);
        }
        if (target(link).equals(target)) {
            return true;
        }
        Files.delete(link);
        return false;
    }

    private static Path pathOf(String target) {
        if (UTF8 || isAscii(target)) {
            return Path.of(target);
        }
        if (target.startsWith("/")) {
            return fromBytes(target.getBytes(StandardCharsets.UTF_8));
        }
        Path absolute = fromBytes(("/" + target).getBytes(StandardCharsets.UTF_8));
        return absolute.subpath(0, absolute.getNameCount());
    }

    /**
     * Makes a symlink whose target has doubled slashes or one at its end. A {@link Path} has none of them, so somebody else
     * has to do it; they are rare enough.
     */
    private static void linkUntidy(Path link, String target) throws IOException {
        // A full stop behind each, because the shell takes newlines away from the end.
        String script = "t=$(printf '%b.' \"$1\") && l=$(printf '%b.' \"$2\") && ln -s -- \"${t%.}\" \"${l%.}\"";
        byte[] where = toBytes(link.toUri().getRawPath());
        ProcessBuilder builder = new ProcessBuilder(
                "/bin/sh", "-c", script, "ln", octal(target.getBytes(StandardCharsets.UTF_8)), octal(where));
        builder.environment().put("LC_ALL", "C");
        Process process = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        try {
            // Bounded, because the caller keeps everybody else out meanwhile.
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("ln does not end");
            }
            if (process.exitValue() != 0) {
                throw new IOException("ln ended with " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new ClosedByInterruptException();
        }
    }

    /** Bytes as the escapes of {@code printf %b}. */
    private static String octal(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length * 5);
        for (byte b : bytes) {
            text.append(String.format(Locale.ROOT, "\\0%03o", b & 0xff));
        }
        return text.toString();
    }

    static boolean isReserved(String name) {
        return name.startsWith(RESERVED);
    }

    /** The path of these bytes, the first of which is a slash. */
    private static Path fromBytes(byte[] bytes) {
        StringBuilder uri = new StringBuilder("file:///");
        for (int i = 1; i < bytes.length; i++) {
            uri.append('%').append(HexFormat.of().withUpperCase().toHexDigits(bytes[i]));
        }
        return Path.of(URI.create(uri.toString()));
    }

    private static byte[] toBytes(String rawPath) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(rawPath.length());
        for (int i = 0; i < rawPath.length(); i++) {
            char c = rawPath.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(rawPath, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }

    private static @Nullable String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static boolean isAscii(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
