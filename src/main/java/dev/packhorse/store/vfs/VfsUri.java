package dev.packhorse.store.vfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.vfs.archive.Format;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A URI as Commons VFS writes them: {@code scheme:rest}, where the rest of a layered one is {@code URI!/path}.
 *
 * @param scheme in lower case
 * @param rest what is behind the colon
 */
record VfsUri(String scheme, String rest) {

    private static final Pattern SHAPE = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)", Pattern.DOTALL);
    /** A password may hold what a URI would encode; a port before a path that holds an at sign is none. */
    private static final Pattern USER = Pattern.compile("//([^/\\s@:?'\"]*)(:(?!\\d{1,5}/)[^\\s'\"]*)?@");

    /**
     * A URI; a path without a scheme is a local file.
     *
     * @throws IllegalArgumentException if it is none
     */
    static VfsUri parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (matcher.matches()) {
            return new VfsUri(matcher.group(1).toLowerCase(Locale.ROOT), matcher.group(2));
        }
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a URI is missing");
        }
        return new VfsUri("file", text);
    }

    /** The format of an archive, {@code null} if this names none. */
    @Nullable
    Format format() {
        return Format.ofScheme(scheme);
    }

    /** Of a layered URI: what is inside. */
    VfsUri outer() {
        int mark = rest.lastIndexOf('!');
        return parse(mark < 0 ? rest : rest.substring(0, mark));
    }

    /** Of a layered URI: where in the archive. */
    FsPath inner() {
        int mark = rest.lastIndexOf('!');
        String path = mark < 0 ? "" : decoded(rest.substring(mark + 1));
        try {
            return FsPath.parse(path.startsWith("/") ? path : "/" + path);
        } catch (FsException e) {
            throw new IllegalArgumentException("a path in " + this + " is refused", e);
        }
    }

    /** The last segment of the path, decoded; the empty string if there is none. */
    String name() {
        String path = rest.contains("?") ? rest.substring(0, rest.indexOf('?')) : rest;
        return decoded(path.substring(path.lastIndexOf('/') + 1));
    }

    /** With its secrets. */
    String text() {
        return scheme + ":" + rest;
    }

    /** Without its secrets: what stands between slashes and an at sign may be a password, or a key. */
    @Override
    public String toString() {
        return masked(text());
    }

    /** A text without user names, passwords and keys in front of hosts. */
    static String masked(String text) {
        return USER.matcher(text).replaceAll(match -> {
            String user = match.group(2) == null ? "***" : Matcher.quoteReplacement(match.group(1)) + ":***";
            return "//" + user + "@";
        });
    }

    /** The password or key in front of the innermost host, as written; {@code null} if there is none. */
    @Nullable
    String secret() {
        Matcher matcher = USER.matcher(rest);
        if (!matcher.find()) {
            return null;
        }
        String password = matcher.group(2);
        return password == null ? matcher.group(1) : password.substring(1);
    }

    /**
     * The text behind percent-encoding, which is of UTF-8.
     *
     * @throws IllegalArgumentException if it is broken
     */
    static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteBuffer from = StandardCharsets.UTF_8.encode(text);
        ByteBuffer to = ByteBuffer.allocate(from.remaining());
        while (from.hasRemaining()) {
            byte b = from.get();
            if (b == '%') {
                int high = from.hasRemaining() ? Character.digit(from.get(), 16) : -1;
                int low = from.hasRemaining() ? Character.digit(from.get(), 16) : -1;
                if (high < 0 || low < 0) {
                    throw new IllegalArgumentException("a percent sign in a URI begins no two hexadecimal digits");
                }
                b = (byte) (high << 4 | low);
            }
            to.put(b);
        }
        try {
            CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(to.flip());
            return decoded.toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("percent-encoding in a URI is not UTF-8", e);
        }
    }
}
