package dev.packhorse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Secrets that are recognised wherever they turn up. Tests use them for whatever the gateway must keep to itself, and the build
 * fails if one is found in the reports of the whole run.
 */
public final class Canary {

    /** What is in each of them: nothing in it changes when it is encoded for a URL, a header or JSON. */
    public static final String MARK = "canary-7f3a";

    private Canary() {}

    /** A secret of its own for each use. */
    public static String secret(String use) {
        return MARK + "-" + use;
    }

    /**
     * What shows that a text holds a secret: itself, and how it looks in Base64 and in hexadecimal. {@code pom.xml} looks for the
     * same.
     */
    public static List<String> traces() {
        List<String> traces = new ArrayList<>(List.of(MARK, HexFormat.of().formatHex(MARK.getBytes(ISO_8859_1))));
        for (int before = 0; before < 3; before++) {
            byte[] shifted = ("x".repeat(before) + MARK).getBytes(ISO_8859_1);
            String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            // The digits at either end depend on what is beside the secret.
            traces.add(encoded.substring((before * 4 + 2) / 3, shifted.length * 4 / 3));
        }
        return traces;
    }

    /** The traces that a text holds; empty if all is well. */
    public static List<String> in(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return traces().stream()
                .filter(trace -> text.contains(trace) || (trace.matches("[0-9a-f]+") && lower.contains(trace)))
                .toList();
    }
}
