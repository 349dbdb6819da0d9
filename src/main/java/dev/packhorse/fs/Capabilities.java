package dev.packhorse.fs;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a whole stack of store and policies can do.
 *
 * @param all the capabilities declared
 * @param timePrecision the step in which modification times are kept: a nanosecond for a local file system, two seconds for FAT
 */
public record Capabilities(Set<Capability> all, Duration timePrecision) {

    public Capabilities {
        all = Set.copyOf(all);
        if (timePrecision.isNegative() || timePrecision.isZero()) {
            throw new IllegalArgumentException("time precision must be positive");
        }
    }

    public boolean has(Capability capability) {
        return all.contains(capability);
    }

    /** These and one more. */
    public Capabilities with(Capability capability) {
        EnumSet<Capability> more = EnumSet.of(capability);
        more.addAll(all);
        return new Capabilities(more, timePrecision);
    }

    /** These without one. */
    public Capabilities without(Capability capability) {
        EnumSet<Capability> fewer = EnumSet.noneOf(Capability.class);
        fewer.addAll(all);
        fewer.remove(capability);
        return new Capabilities(fewer, timePrecision);
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
