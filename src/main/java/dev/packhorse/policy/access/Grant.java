package dev.packhorse.policy.access;

import dev.packhorse.identity.Caller;
import dev.packhorse.identity.Right;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** What a rule gives to whom. */
record Grant(Principal principal, Set<Right> rights) {

    /** What changes an export. */
    private static final Set<Right> CHANGING = Set.of(Right.WRITE, Right.DELETE, Right.METADATA);

    /**
     * Reads {@code family:rw, guests:r, @10.0.0.0/8:r}.
     *
     * @param known tells which users and groups there are
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    static List<Grant> list(String text, Predicate<String> known) {
        List<Grant> grants = new ArrayList<>();
        Set<Principal> seen = new HashSet<>();
        for (String each : text.split(",", -1)) {
            Grant grant = parse(each.trim(), known);
            if (!seen.add(grant.principal())) {
                throw new IllegalArgumentException("'" + each.trim() + "' is a second grant for the same");
            }
            grants.add(grant);
        }
        return List.copyOf(grants);
    }

    private static Grant parse(String text, Predicate<String> known) {
        // The last one: addresses have colons as well.
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("'" + text + "' is no grant such as family:rw");
        }
        return new Grant(Principal.parse(text.substring(0, colon), known), Right.parse(text.substring(colon + 1)));
    }

    /** All that some grants together give to a caller. */
    static Set<Right> union(List<Grant> grants, Caller caller) {
        EnumSet<Right> rights = EnumSet.noneOf(Right.class);
        for (Grant grant : grants) {
            if (grant.principal().is(caller)) {
                rights.addAll(grant.rights());
            }
        }
        return rights;
    }

    /** Whether somebody on another host may change something by it without a credential. */
    boolean letsStrangersChange() {
        return principal.isOpen() && rights.stream().anyMatch(CHANGING::contains);
    }
}
