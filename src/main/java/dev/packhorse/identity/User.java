package dev.packhorse.identity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of the users file, {@code name:hash}, as {@code htpasswd} writes it.
 *
 * @param password the hash; {@code null} for {@code *}: somebody who has no password, but keys or a certificate
 */
record User(String name, @Nullable PasswordHash password) {

    static final String NO_PASSWORD = "*";

    /** Reads a users file, in its order. */
    static Map<String, User> read(Path file, byte[] content) throws IOException {
        Map<String, User> users = new LinkedHashMap<>();
        new Lines("users file", file).forEach(content, line -> {
            User user = parse(line);
            if (users.put(user.name(), user) != null) {
                throw new IllegalArgumentException("user " + user.name() + " is there twice");
            }
        });
        return users;
    }

    private static User parse(String line) {
        int colon = line.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("a user is written name:hash");
        }
        String name = Names.check(line.substring(0, colon));
        String hash = line.substring(colon + 1);
        try {
            return new User(name, hash.equals(NO_PASSWORD) ? null : PasswordHash.parse(hash));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("user " + name + ": " + e.getMessage(), e);
        }
    }

    /** The line. */
    String line() {
        return name + ":" + (password == null ? NO_PASSWORD : password.text());
    }
}
