package dev.packhorse.policy.access;

import dev.packhorse.identity.AddressRange;
import dev.packhorse.identity.Caller;
import java.net.Inet4Address;
import java.util.function.Predicate;

/** Whom a rule speaks of. */
sealed interface Principal {

    /** With or without a credential. */
    record Anyone() implements Principal {}

    /** Whoever has shown a credential. */
    record Users() implements Principal {}

    /** A user or a group. */
    record Named(String name) implements Principal {}

    /** Who comes from there. */
    record From(AddressRange range) implements Principal {

        /** Whether only processes of this host are in it. */
        private boolean isLoopback() {
            boolean ipv4 = range.network() instanceof Inet4Address;
            return range.network().isLoopbackAddress() && range.prefix() >= (ipv4 ? 8 : 128);
        }
    }

    /**
     * Reads {@code anyone}, {@code users}, {@code @10.0.0.0/8} or a name.
     *
     * @param known tells which users and groups there are
     * @throws IllegalArgumentException for a name that is not known, or a range that is none
     */
    static Principal parse(String text, Predicate<String> known) {
        if (text.startsWith("@")) {
            return new From(AddressRange.parse(text.substring(1)));
        }
        return switch (text) {
            case "anyone" -> new Anyone();
            case "users" -> new Users();
            default -> {
                if (!known.test(text)) {
                    throw new IllegalArgumentException(
                            "'" + text
                                    + "' is no user or group that is known, and not anyone, users or @ with a range of addresses");
                }
                yield new Named(text);
            }
        };
    }

    default boolean is(Caller caller) {
        if (this instanceof Named named) {
            return named.name().equals(caller.name()) || caller.groups().contains(named.name());
        }
        if (this instanceof From from) {
            return from.range().contains(caller.address());
        }
        return this instanceof Anyone || !caller.isAnonymous();
    }

    /** Whether somebody on another host may be it without a credential. */
    default boolean isOpen() {
        return this instanceof Anyone || (this instanceof From from && !from.isLoopback());
    }
}
