package dev.packhorse.matrix;

import static java.util.stream.Collectors.joining;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** What comes of a protocol in front of a store. Derived from capabilities; {@link MatrixTest} shows that it is so. */
final class Support {

    private Support() {}

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

    /**
     * What the README says of a pair. Change timestamps are not looked at: no store has them by itself, and all have them here.
     *
     * @param carried what the protocol can ask for
     * @param bare what the store can do
     * @param whole what it can do with the policies around it
     */
    static String cell(Set<Step> carried, Capabilities bare, Capabilities whole) {
        if (Step.READS.containsAll(carried)) {
            return "read-only";
        }
        if (!whole.has(Capability.WRITE)) {
            return Collections.disjoint(Step.READS, carried)
                    ? "not possible: the store is read-only"
                    : "read-only, as the store is";
        }
        Set<Step> all = taken(carried, whole.with(Capability.CHANGE_TIMESTAMPS));
        String how =
                taken(carried, bare.with(Capability.CHANGE_TIMESTAMPS)).equals(all) ? "full" : "through the overlay";
        String missing = carried.stream()
                .filter(step -> !all.contains(step))
                .map(step -> Objects.requireNonNull(step.needed).name())
                .map(name -> name.toLowerCase(Locale.ROOT).replace('_', ' '))
                .collect(joining(", "));
        return missing.isEmpty() ? how : how + ", without " + missing;
    }
}
