package dev.packhorse.fs;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Metadata to set; what is {@code null} stays. */
public record AttributeChange(
        @Nullable Mode mode,
        @Nullable Instant modified,
        @Nullable Owner owner,
        @Nullable String mediaType) {

    /** Nothing to set. */
    public static final AttributeChange NONE = new AttributeChange(null, null, null, null);

    public boolean isEmpty() {
        return mode == null && modified == null && owner == null && mediaType == null;
    }

    /** The part of this that a store can keep, for callers that would rather lose metadata than fail. */
    public AttributeChange keptBy(Capabilities capabilities) {
        return new AttributeChange(
                capabilities.has(Capability.MODE) ? mode : null,
                capabilities.has(Capability.MODIFIED) ? modified : null,
                capabilities.has(Capability.OWNER) ? owner : null,
                capabilities.has(Capability.MEDIA_TYPE) ? mediaType : null);
    }

    /**
     * Refuses what a store cannot keep.
     *
     * @throws FsException {@code UNSUPPORTED} if an attribute is given whose capability is not declared
     */
    public void require(Capabilities capabilities, String operation, FsPath path) throws FsException {
        if (!equals(keptBy(capabilities))) {
            throw new FsException(FsException.Kind.UNSUPPORTED, operation, path);
        }
    }
}
