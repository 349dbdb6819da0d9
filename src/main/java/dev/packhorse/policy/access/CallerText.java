package dev.packhorse.policy.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.identity.Caller;
import dev.packhorse.identity.Right;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A caller as a text, to be kept with what is done for it later. It has no credential in it.
 *
 * <p>Shape: {@code address name groups rights exports}, with one blank between them; names are percent-encoded, lists are separated by
 * commas, and {@code -} is nothing at all: no name, no scope.
 */
public final class CallerText {

    private static final String NOTHING = "-";
    private static final Pattern ADDRESS = Pattern.compile("[0-9A-Fa-f:.]+");

    private CallerText() {}

    /** Writes a caller down. */
    public static String of(Caller caller) {
        Caller.Scope scope = caller.scope();
        return String.join(
                " ",
                address(caller.address()),
                caller.name() == null ? NOTHING : encoded(caller.name()),
                list(caller.groups()),
                scope == null
                        ? NOTHING
                        : list(scope.rights().stream().map(Right::word).collect(Collectors.toSet())),
                scope == null ? NOTHING : list(scope.exports()));
    }

    /**
     * Reads what {@link #of} has written.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Caller parse(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != 5 || !ADDRESS.matcher(parts[0]).matches()) {
            throw new IllegalArgumentException("no caller: " + text);
        }
        Caller.Scope scope = parts[3].equals(NOTHING)
                ? null
                : new Caller.Scope(
                        names(parts[3]).stream()
                                .flatMap(word -> Right.parse(word).stream())
                                .collect(Collectors.toSet()),
                        names(parts[4]));
        try {
            return new Caller(name(parts[1]), names(parts[2]), InetAddress.getByName(parts[0]), scope);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("no caller: " + text, e);
        }
    }

    /** Without the interface that it was seen on, which another process may not have. */
    private static String address(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    private static String list(Set<String> names) {
        return new TreeSet<>(names).stream().map(CallerText::encoded).collect(Collectors.joining(","));
    }

    private static Set<String> names(String list) {
        return list.isEmpty()
                ? Set.of()
                : Stream.of(list.split(",", -1))
                        .map(each -> URLDecoder.decode(each, UTF_8))
                        .collect(Collectors.toSet());
    }

    private static @Nullable String name(String text) {
        return text.equals(NOTHING) ? null : URLDecoder.decode(text, UTF_8);
    }

    /** A name that is itself a dash must not be taken for none. */
    private static String encoded(String name) {
        return name.equals(NOTHING) ? "%2D" : URLEncoder.encode(name, UTF_8);
    }
}
