package dev.packhorse.server;

import dev.packhorse.identity.AddressRange;
import java.net.InetAddress;
import java.util.List;

/**
 * Proxies that are believed when they say for whom they ask. What others say of that is nothing but text.
 *
 * <p>Of HTTP's two ways {@code X-Forwarded-For} is read, to which proxies append the address of whom they hear. {@code Forwarded}
 * (RFC 7239) is not: a proxy that writes the one lets the other pass as its client sent it, so that whoever believes both believes
 * the client.
 *
 * @param ranges where they are
 * @param proxyProtocol whether their connections begin with a header of the PROXY protocol, version 1 or 2, which then must be there
 */
public record TrustedProxies(List<AddressRange> ranges, boolean proxyProtocol) {

    /** Nobody is believed. */
    public static final TrustedProxies NONE = new TrustedProxies(List.of(), false);

    static final String FORWARDED_FOR = "X-Forwarded-For";

    public TrustedProxies {
        ranges = List.copyOf(ranges);
        if (proxyProtocol && ranges.isEmpty()) {
            throw new IllegalArgumentException("the PROXY protocol needs proxies that are trusted");
        }
    }

    /** Whether an address is that of such a proxy. */
    boolean trusts(InetAddress address) {
        for (AddressRange range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /**
     * For whom a trusted proxy asks: the address furthest to the right that is no trusted proxy. Where something else than an address
     * stands there, what stands to its right, which trusted proxies have written; with nothing there the proxy itself.
     *
     * @param lists values of all fields {@value #FORWARDED_FOR}, in order
     */
    InetAddress client(InetAddress proxy, List<String> lists) {
        InetAddress client = proxy;
        for (int i = lists.size() - 1; i >= 0; i--) {
            String list = lists.get(i);
            for (int end = list.length(); end >= 0; ) {
                int start = list.lastIndexOf(',', end - 1) + 1;
                InetAddress next;
                try {
                    next = AddressRange.address(
                            withoutPort(list.substring(start, end).strip()));
                } catch (IllegalArgumentException e) {
                    return client;
                }
                client = next;
                if (!trusts(client)) {
                    return client;
                }
                end = start - 1;
            }
        }
        return client;
    }

    /** Some proxies write {@code 192.0.2.1:4711} and {@code [2001:db8::1]:4711}. */
    private static String withoutPort(String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            String port = text.substring(end + 1);
            return end > 0 && (port.isEmpty() || isPort(port)) ? text.substring(1, end) : text;
        }
        int colon = text.indexOf(':');
        return colon >= 0 && colon == text.lastIndexOf(':') && isPort(text.substring(colon))
                ? text.substring(0, colon)
                : text;
    }

    private static boolean isPort(String text) {
        return text.matches(":[0-9]{1,5}");
    }
}
