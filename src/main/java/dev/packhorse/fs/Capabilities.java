package dev.packhorse.fs;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a whole stack of store and policies can do.
 *
 * @param all the capabilities declared
 * @param timePrecision the step in which modification times are kept: a nanosecond for a local file system, two seconds for FAT
 * @param staleness how long a node or a listing may go on being returned after somebody else has changed it behind this stack;
 *     zero without a cache
 */
public record Capabilities(Set<Capability> all, Duration timePrecision, Duration staleness) {

    public Capabilities {
        all = Set.copyOf(all);
        if (timePrecision.isNegative() || timePrecision.isZero()) {
            throw new IllegalArgumentException("time precision must be positive");
        }
        if (staleness.isNegative()) {
            throw new IllegalArgumentException("negative staleness");
        }
    }

    /** What a store can do that remembers nothing. */
    public Capabilities(Set<Capability> all, Duration timePrecision) {
        this(all, timePrecision, Duration.ZERO);
    }

    public boolean has(Capability capability) {
        return all.contains(capability);
    }

    /** These and one more. */
    public Capabilities with(Capability capability) {
        EnumSet<Capability> more = EnumSet.of(capability);
        more.addAll(all);
        return new Capabilities(more, timePrecision, staleness);
    }

    /** The same from memory. */
    public Capabilities with(Duration longerStaleness) {
        return new Capabilities(all, timePrecision, longerStaleness);
    }

    /**
     * What may be asked of two stores of which a route chooses one for each call: what either can do, since it will be asked
     * of paths that lead there. What callers rely on rather than ask for ({@code ETAGS}, {@code CHANGE_TIMESTAMPS}) only if both
     * have it.
     */
    public Capabilities or(Capabilities other) {
        if (equals(other)) {
            return this;
        }
        EnumSet<Capability> either = EnumSet.noneOf(Capability.class);
        either.addAll(all);
        either.addAll(other.all);
        for (Capability safeguard : List.of(Capability.ETAGS, Capability.CHANGE_TIMESTAMPS)) {
            if (!has(safeguard) || !other.has(safeguard)) {
                either.remove(safeguard);
            }
        }
        return new Capabilities(either, longer(timePrecision, other.timePrecision), longer(staleness, other.staleness));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    /** These without one. */
    public Capabilities without(Capability capability) {
        EnumSet<Capability> fewer = EnumSet.noneOf(Capability.class);
        fewer.addAll(all);
        fewer.remove(capability);
        return new Capabilities(fewer, timePrecision, staleness);
    }

    /**
     * Refuses an operation whose capability is not declared.
     *
     * @throws FsException {@code UNSUPPORTED}
     */
    public void require(Capability capability, String operation, FsPath path) throws FsException {
        if (!has(capability)) {
            throw new FsException(FsException.Kind.UNSUPPORTED, operation, path);
        }
    }
}
