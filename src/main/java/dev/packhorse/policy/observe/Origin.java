package dev.packhorse.policy.observe;

import dev.packhorse.identity.Caller;
import org.jspecify.annotations.Nullable;

/**
 * Where the operations of one request come from.
 *
 * @param caller who asks
 * @param protocol over what, {@code httpfs}
 * @param export the path of the export
 * @param request its number in the other logs; {@code null} if it has none
 */
public record Origin(
        Caller caller,
        String protocol,
        String export,
        @Nullable Long request) {}
