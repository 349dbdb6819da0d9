package dev.packhorse.matrix;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** What comes of a protocol in front of a store. Derived from capabilities; {@link MatrixTest} shows that it is so. */
enum Support {
    /** Whatever the protocol has, the store keeps. */
    FULL("full"),
    /** Whatever the protocol has is there; some of it is kept in the state database. */
    OVERLAY("through the overlay"),
    /** The protocol has no changes. */
    READ_ONLY("read-only"),
    /** The protocol has changes, but the store takes none. */
    READ_ONLY_STORE("read-only, as the store is"),
    /** Nothing can be done. */
    NONE("not possible: the store is read-only");

    /** As the README says it. */
    final String label;

    Support(String label) {
        this.label = label;
    }

    /**
     * Of a pair.
     *
     * @param carried what the protocol can ask for
     * @param bare what the store can do
     * @param whole what it can do with the policies around it
     */
    static Support of(Set<Step> carried, Capabilities bare, Capabilities whole) {
        if (Step.READS.containsAll(carried)) {
            return READ_ONLY;
        }
        if (!whole.has(Capability.WRITE)) {
            return Collections.disjoint(Step.READS, carried) ? NONE : READ_ONLY_STORE;
        }
        if (taken(carried, bare).equals(carried)) {
            return FULL;
        }
        if (taken(carried, whole).equals(carried)) {
            return OVERLAY;
        }
        throw new AssertionError("neither the store nor the overlay has all of " + carried);
    }

    /** Those of the steps that a store takes. */
    static Set<Step> taken(Set<Step> carried, Capabilities capabilities) {
        EnumSet<Step> taken = EnumSet.noneOf(Step.class);
        for (Step step : carried) {
            if (step.needed == null || capabilities.has(step.needed)) {
                taken.add(step);
            }
        }
        return taken;
    }
}
