package dev.packhorse.policy.access;

import dev.packhorse.fs.FsPath;
import dev.packhorse.identity.Caller;
import dev.packhorse.identity.Right;
import dev.packhorse.policy.access.PathPattern.Reach;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what in one export, as its route says. The package tells what rules look like.
 *
 * <p>Without a rule for the export itself, whoever comes from this host has all rights, and everybody else none.
 */
public final class AccessRules {

    /** All rights for this host, none for others. */
    public static final AccessRules LOOPBACK = new AccessRules(null, Map.of());

    private final @Nullable List<Grant> whole;
    private final Map<PathPattern, List<Grant>> below;

    private AccessRules(@Nullable List<Grant> whole, Map<PathPattern, List<Grant>> below) {
        this.whole = whole;
        this.below = Map.copyOf(below);
    }

    /**
     * Reads rules, with a semicolon between them: those that begin with a slash are for paths, {@code /private/**: editors:rw}; another,
     * at most one, is for the rest of the export. Behind the last one there may be a semicolon as well.
     *
     * @param known tells which users and groups there are
     * @throws IllegalArgumentException with one line that says what is wrong: an unknown name, a name twice, a rule twice, or what
     *     is no rule
     */
    public static AccessRules parse(String text, Predicate<String> known) {
        List<Grant> whole = null;
        Map<PathPattern, List<Grant>> below = new LinkedHashMap<>();
        for (String each : text.strip().replaceFirst(";$", "").split(";", -1)) {
            String rule = each.trim();
            if (rule.isEmpty()) {
                throw new IllegalArgumentException("a rule is empty; anyone:none lets nobody in");
            }
            if (rule.startsWith("/")) {
                // The first one, so that a semicolon that is missing cannot make one path out of two.
                int colon = rule.indexOf(": ");
                if (colon < 0) {
                    throw new IllegalArgumentException("'" + rule + "' is no rule such as /private/**: editors:rw");
                }
                PathPattern pattern = PathPattern.parse(rule.substring(0, colon).trim());
                if (below.put(pattern, Grant.list(rule.substring(colon + 2), known)) != null) {
                    throw new IllegalArgumentException("there are two rules for " + pattern);
                }
            } else if (whole == null) {
                whole = Grant.list(rule, known);
            } else {
                throw new IllegalArgumentException(
                        "'" + rule + "' is a second rule for the export itself; one for a path begins with a slash");
            }
        }
        return new AccessRules(whole, below);
    }

    /**
     * The rules for one caller.
     *
     * @param export whose rules these are, for the scope of the caller's key
     */
    public CallerRights of(Caller caller, FsPath export) {
        Caller.Scope scope = caller.scope();
        Set<Right> most = scope == null
                ? Right.ALL
                : scope.exports().isEmpty() || scope.exports().contains(export.toString()) ? scope.rights() : Set.of();
        if (below.isEmpty()) {
            return new CallerRights(caller, cut(whole(caller), most), Map.of());
        }
        Map<FsPath, CallerRights.Here> here = new HashMap<>();
        below.forEach((pattern, grants) -> here.merge(
                pattern.base(), here(pattern.reach(), cut(Grant.union(grants, caller), most)), CallerRights.Here::and));
        return new CallerRights(caller, cut(whole(caller), most), here);
    }

    private Set<Right> whole(Caller caller) {
        if (whole != null) {
            return Grant.union(whole, caller);
        }
        return caller.address().isLoopbackAddress() ? Right.ALL : Set.of();
    }

    private static Set<Right> cut(Set<Right> granted, Set<Right> most) {
        if (most.equals(Right.ALL)) {
            return Set.copyOf(granted);
        }
        EnumSet<Right> rights = EnumSet.noneOf(Right.class);
        for (Right right : granted) {
            if (most.contains(right)) {
                rights.add(right);
            }
        }
        return Set.copyOf(rights);
    }

    private static CallerRights.Here here(Reach reach, Set<Right> rights) {
        return switch (reach) {
            case ITSELF -> new CallerRights.Here(rights, null, null);
            case CHILDREN -> new CallerRights.Here(null, rights, null);
            case TREE -> new CallerRights.Here(null, null, rights);
        };
    }

    /** Whether somebody on another host may change something without a credential. */
    public boolean letsStrangersChange() {
        return (whole != null && whole.stream().anyMatch(Grant::letsStrangersChange))
                || below.values().stream().flatMap(List::stream).anyMatch(Grant::letsStrangersChange);
    }
}
