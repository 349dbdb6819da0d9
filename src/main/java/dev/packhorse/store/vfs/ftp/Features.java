package dev.packhorse.store.vfs.ftp;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a server offers, as it said after the first login.
 *
 * @param mlst {@code MLST} and {@code MLSD} (RFC 3659)
 * @param facts what to ask for by {@code OPTS MLST}; empty if all that we want is on
 * @param utf8 the names are UTF-8 (RFC 2640)
 * @param setsTimes {@code MFMT}
 * @param setsModes {@code SITE CHMOD}, and the mode can be read in full from the fact {@code unix.mode}
 * @param tellsSpace {@code AVBL}
 * @param system the answer to {@code SYST}, for the lines of {@code LIST}
 * @param home the directory in which the login begins; {@code /} or without a slash at its end
 */
record Features(
        boolean mlst,
        String facts,
        boolean utf8,
        boolean setsTimes,
        boolean setsModes,
        boolean tellsSpace,
        String system,
        String home) {

    private static final List<String> WANTED = List.of(
            "type",
            "size",
            "modify",
            "perm",
            "unique",
            "unix.mode",
            "unix.uid",
            "unix.gid",
            "unix.owner",
            "unix.group");

    /**
     * Reads the answers.
     *
     * @param feat lines of the answer to {@code FEAT}; empty if there is none
     * @param siteHelp lines of the answer to {@code SITE HELP}, likewise
     */
    static Features of(List<String> feat, List<String> siteHelp, String system, String home) {
        boolean mlst = false;
        boolean utf8 = false;
        boolean setsTimes = false;
        boolean tellsSpace = false;
        boolean showsModes = false;
        String facts = "";
        for (String line : feat) {
            String feature = line.strip().toLowerCase(Locale.ROOT);
            mlst |= feature.startsWith("mlst");
            utf8 |= feature.equals("utf8");
            setsTimes |= feature.equals("mfmt") || feature.startsWith("mfmt ");
            tellsSpace |= feature.equals("avbl");
            if (feature.startsWith("mlst ")) {
                showsModes = feature.contains("unix.mode");
                facts = facts(feature.substring(5));
            }
        }
        boolean changesModes =
                siteHelp.stream().anyMatch(line -> line.toUpperCase(Locale.ROOT).contains("CHMOD"));
        return new Features(mlst, facts, utf8, setsTimes && mlst, changesModes && showsModes, tellsSpace, system, home);
    }

    private static String facts(String offered) {
        List<String> wanted = new ArrayList<>();
        boolean off = false;
        for (String fact : offered.split(";", -1)) {
            String name = fact.replace("*", "").strip();
            if (WANTED.contains(name)) {
                wanted.add(name);
                off |= !fact.endsWith("*");
            }
        }
        return off ? String.join(";", wanted) + ";" : "";
    }
}
