package dev.packhorse.identity;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names of users and groups: ASCII letters, digits and {@code . _ @ -}, beginning with a letter or a digit, 128 at most. A
 * colon, a comma and a blank end a name in files and rules; {@code @} begins an address in rules. Case counts.
 */
final class Names {

    /** In front of the names of token callers; no name of a file has a colon. */
    static final String OIDC = "oidc:";

    private static final Pattern ALPHABET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,127}");

    /** What rules and logs mean by them is not a single user. */
    private static final Set<String> RESERVED = Set.of("anyone", "users", "anonymous");

    private Names() {}

    /**
     * Checks a name.
     *
     * @throws IllegalArgumentException saying what is wrong, without what was given: in a broken file that may be a secret
     */
    static String check(String name) {
        if (!ALPHABET.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a name is up to 128 letters, digits and . _ @ -, and begins with a letter or a digit");
        }
        if (RESERVED.contains(name)) {
            throw new IllegalArgumentException("the name " + name + " is reserved");
        }
        return name;
    }
}
